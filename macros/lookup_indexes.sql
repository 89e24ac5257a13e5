{% macro lookup_indexes(column) -%}
    {{ return(adapter.dispatch('lookup_indexes', 'relyv_segment')(column)) }}
{%- endmacro %}

{% macro default__lookup_indexes(column) -%}
    {{ return([]) }}
{%- endmacro %}

{% macro postgres__lookup_indexes(column) -%}
    {#- Hashed: an identifier may be longer than the 2,704 bytes that a tree takes. -#}
    {{ return([{'columns': [column], 'type': 'hash'}]) }}
{%- endmacro %}
