{% macro is_of_new_node(column='node') -%}
    {#- True of every row when all is built; a unit test has rows and no builds. -#}
    {%- if is_increment() -%}
        {{ column }} > {{ seen_number() }}
    {%- else -%}
        1 = 1
    {%- endif -%}
{%- endmacro %}
