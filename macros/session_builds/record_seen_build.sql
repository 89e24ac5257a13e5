{% macro record_seen_build(name=none, before=none) -%}
    {#- No more than the models before it have seen, and that is the least of those that
        have seen any. After `--empty` it has seen none. -#}
    {%- set name = name or model.unique_id -%}
    delete from {{ session_builds() }} where node_id = '{{ name }}'
    {%- if not flags.EMPTY -%}
        ;
        insert into {{ session_builds() }}
        select
            '{{ name }}' as node_id,
            min(seen_build) as seen_build
        from {{ session_builds() }}
        where node_id in ('{{ (before or model.depends_on.nodes) | join("', '") }}')
        having min(seen_build) is not null
    {%- endif -%}
{%- endmacro %}
