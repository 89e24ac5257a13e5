{% macro seen_number(node_id=none) -%}
    {#- A number in the statement, not a query: it prunes, and it can be planned with. All
        are asked for at once, when a model needs its first one: its hooks and its select
        are of one run, and see the same. -#}
    {%- set node = graph.nodes.get(model.unique_id, model) -%}
    {%- set asked = node.setdefault('seen_numbers_' ~ invocation_id, {}) -%}
    {%- if not asked -%}
        {%- set found = run_query(
            'select node_id, max(seen_build) as seen from ' ~ session_builds()
            ~ ' group by node_id'
        ) -%}
        {%- do asked.update({'': 0}) -%}
        {%- for row in found.rows -%}
            {%- do asked.update({row[0]: row[1] | int}) -%}
        {%- endfor -%}
    {%- endif -%}
    {%- do return(asked.get(node_id or model.unique_id, 0)) -%}
{%- endmacro %}
