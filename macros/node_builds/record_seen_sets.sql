{% macro record_seen_sets() -%}
    {#- No more than the model before it has seen, and that is the last of those that have
        seen any. After `--empty` it has seen none. -#}
    delete from {{ session_builds() }} where node_id = '{{ seen_sets() }}'
    {%- if not flags.EMPTY -%}
        ;
        insert into {{ session_builds() }}
        select
            '{{ seen_sets() }}' as node_id,
            min(seen_build) as seen_build
        from {{ session_builds() }}
        where
            node_id = 'model.{{ model.package_name }}.identity_set_versions'
            or node_id in (
                {%- for node in model.depends_on.nodes %}
                    '{{ node }}:sets'{{ ',' if not loop.last }}
                {%- endfor %}
            )
        having min(seen_build) is not null
    {%- endif -%}
{%- endmacro %}
