{% macro phone_without_separators(phone) -%}
    {%- set bare = namespace(
        text="case when trim(" ~ phone ~ ") like '+%' or trim(" ~ phone ~ ") like '00%'"
        ~ " then replace(" ~ phone ~ ", '(0)', '') else " ~ phone ~ " end"
    ) -%}
    {%- for mark in [
        "' '", "chr(9)", "chr(160)", "'-'", "'.'", "'/'", "'('", "')'"
    ] -%}
        {%- set bare.text = 'replace(' ~ bare.text ~ ', ' ~ mark ~ ", '')" -%}
    {%- endfor -%}
    {{ bare.text }}
{%- endmacro %}
