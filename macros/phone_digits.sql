{% macro phone_digits(phone) -%}
    {%- set bare = namespace(text=phone) -%}
    {%- for mark in [' ', '-', '.', '/', '(', ')'] -%}
        {%- set bare.text = "replace(" ~ bare.text ~ ", '" ~ mark ~ "', '')" -%}
    {%- endfor -%}
    {{ bare.text }}
{%- endmacro %}
