{% macro seen_number(node_id=none) -%}
    {#- A number in the statement, not a query: it prunes, and it can be planned with. -#}
    {%- set found = run_query('select ' ~ seen_build(node_id) ~ ' as seen') -%}
    {%- do return(found.rows[0][0] | int) -%}
{%- endmacro %}
