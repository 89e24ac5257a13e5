{% macro told_node(name) -%}
    {#- The highest number that a model has seen which is built after this one. -#}
    {%- if not told_before(name) -%}
        {%- do return(0) -%}
    {%- endif -%}
    {%- do return(seen_number('model.' ~ model.package_name ~ '.' ~ name)) -%}
{%- endmacro %}
