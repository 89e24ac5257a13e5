{% macro min_text(text) -%}
    {{ return(adapter.dispatch('min_text', 'relyv_segment')(text)) }}
{%- endmacro %}

{% macro default__min_text(text) -%}
    min({{ text }})
{%- endmacro %}

{% macro postgres__min_text(text) -%}
    {#- A column that kept the order "C" could not be joined to one without it. -#}
    min({{ in_byte_order(text) }}) collate "default"
{%- endmacro %}
