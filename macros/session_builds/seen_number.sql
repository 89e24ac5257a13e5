{% macro seen_number(node_id=none) -%}
    {#- A number in the statement, not a query: it prunes, and it can be planned with. All
        are asked for at once: a model's own is not written before it runs, and that of
        what is gone before the models are done that say so. So models that follow the
        same of those two are told the same, and ask once in a run. -#}
    {%- set followed = [invocation_id] -%}
    {%- for name in ['identity_identifiers', 'session_changes']
        if 'model.' ~ model.package_name ~ '.' ~ name in model.depends_on.nodes -%}
        {%- do followed.append(name) -%}
    {%- else -%}
        {%- do followed.append(model.unique_id) -%}
    {%- endfor -%}
    {%- set runs = graph.setdefault('seen_numbers', {}) -%}
    {%- set asked = runs.setdefault(followed | join(':'), {}) -%}
    {%- if not asked -%}
        {%- set found = run_query(
            'select node_id, max(seen_build) as seen from ' ~ session_builds()
            ~ ' group by node_id'
        ) -%}
        {%- set answers = {'': 0} -%}
        {%- for row in found.rows -%}
            {%- do answers.update({row[0]: row[1] | int}) -%}
        {%- endfor -%}
        {%- do asked.update(answers) -%}
    {%- endif -%}
    {%- do return(asked.get(node_id or model.unique_id, 0)) -%}
{%- endmacro %}
