{% macro seen_node() -%}
    {%- do return(seen_number()) -%}
{%- endmacro %}
