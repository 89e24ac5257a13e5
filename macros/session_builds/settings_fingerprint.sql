{% macro settings_fingerprint() -%}
    {#- Of what judges every session alike: the rows of the seeds that the model names, as
        they are in the warehouse, the var, and the code of the models that follow. -#}
    {%- set lines = [var('signal_definition')] -%}
    {%- if execute and flags.WHICH in ('run', 'build') -%}
        {%- for node_id in model.depends_on.nodes if node_id.startswith('seed.') -%}
            {%- set seed = graph.nodes[node_id] -%}
            {%- for row in run_query('select * from ' ~ seed.relation_name).rows -%}
                {%- do lines.append(seed.name ~ ':' ~ row.values() | join('|')) -%}
            {%- endfor -%}
        {%- endfor -%}
        {%- for node in graph.nodes.values()
            if model.unique_id in node.depends_on.nodes
            and node.resource_type == 'model' -%}
            {%- do lines.append(node.name ~ ':' ~ node.checksum.checksum) -%}
        {%- endfor -%}
    {%- endif -%}
    {{ return(local_md5(lines | sort | join('\n'))) }}
{%- endmacro %}
