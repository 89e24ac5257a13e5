{% macro analyze_table(relation) -%}
    {%- do adapter.dispatch('analyze_table', 'relyv_segment')(relation) -%}
{%- endmacro %}

{% macro default__analyze_table(relation) -%}
{%- endmacro %}

{% macro postgres__analyze_table(relation) -%}
    {%- call statement('analyze_step') -%} analyze {{ relation }} {%- endcall -%}
{%- endmacro %}
