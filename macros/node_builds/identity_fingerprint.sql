{% macro identity_fingerprint() -%}
    {#- Of what judges every identifier alike: the rows of the seeds, as they are in the
        warehouse, the vars, and the code of the models. Overrides name whom they mean. -#}
    {%- set seeds = [ref('blocked_values'), ref('identifier_types')] -%}
    {%- set lines = [
        var('identifier_traits') | tojson,
        var('phone_default_country_code') ~ ':' ~ var('phone_trunk_prefix'),
    ] -%}
    {%- if execute and flags.WHICH in ('run', 'build') -%}
        {%- for seed in seeds -%}
            {%- for row in run_query('select * from ' ~ seed).rows -%}
                {%- do lines.append(seed.identifier ~ ':' ~ row.values() | join('|')) -%}
            {%- endfor -%}
        {%- endfor -%}
        {%- for node in graph.nodes.values()
            if node.resource_type == 'model' and node.fqn[1] == 'identity' -%}
            {%- do lines.append(node.name ~ ':' ~ node.checksum.checksum) -%}
        {%- endfor -%}
    {%- endif -%}
    {{ return(local_md5(lines | sort | join('\n'))) }}
{%- endmacro %}
