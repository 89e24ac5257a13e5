{% macro record_seen_build() -%}
    {#- No more than the models before it have seen. After `--empty` it has seen none. -#}
    delete from {{ session_builds() }} where node_id = '{{ model.unique_id }}'
    {%- if not flags.EMPTY -%}
        ;
        insert into {{ session_builds() }}
        select
            '{{ model.unique_id }}' as node_id,
            min(seen_build) as seen_build
        from {{ session_builds() }}
        where node_id in ('{{ model.depends_on.nodes | join("', '") }}')
        having min(seen_build) is not null
    {%- endif -%}
{%- endmacro %}
