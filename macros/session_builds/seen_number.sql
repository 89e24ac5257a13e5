{% macro seen_number(node_id=none) -%}
    {#- A number in the statement, not a query: it prunes, and it can be planned with. Asked
        for once, however many imports of a model need it. -#}
    {%- set name = node_id or model.unique_id -%}
    {%- set asked = model.setdefault('seen_numbers', {}) -%}
    {%- if name not in asked -%}
        {%- set found = run_query('select ' ~ seen_build(name) ~ ' as seen') -%}
        {%- do asked.update({name: found.rows[0][0] | int}) -%}
    {%- endif -%}
    {%- do return(asked[name]) -%}
{%- endmacro %}
