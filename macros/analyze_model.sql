{% macro analyze_model() -%}
    {{ return(adapter.dispatch('analyze_model', 'relyv_segment')()) }}
{%- endmacro %}

{% macro default__analyze_model() -%}
{%- endmacro %}

{% macro postgres__analyze_model() -%}
    {#- Autovacuum comes a minute later; the next model is planned right now. -#}
    {%- if config.get('materialized') != 'view' -%}
        analyze {{ this }}
    {%- endif -%}
{%- endmacro %}
