{% macro is_of_newer_set(column='build_number') -%}
    {#- As `is_of_changed_set`, of rows that say which build last saw their set change. What
        was written since lies together, so what is older is not read. -#}
    {%- if is_increment() -%}
        {{ column }} > {{ seen_number(seen_sets()) }}
    {%- else -%}
        1 = 1
    {%- endif -%}
{%- endmacro %}
