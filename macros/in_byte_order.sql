{% macro in_byte_order(text) -%}
    {{ return(adapter.dispatch('in_byte_order', 'relyv_segment')(text)) }}
{%- endmacro %}

{% macro default__in_byte_order(text) -%}
    {{ return(text) }}
{%- endmacro %}

{% macro postgres__in_byte_order(text) -%}
    {{ return(text ~ ' collate "C"') }}
{%- endmacro %}
