{% macro forget_changed_clusters() -%}
    {#- An identifier stays as long as it is in a cluster that is as it was. Who follows
        finds those that leave by name, if it has seen all builds before this one. When all
        is built anew, nothing is known of what was there: nobody has. -#}
    {%- set clusters = ref('identity_clusters') -%}
    delete from {{ session_builds() }} where node_id = 'gone_nodes';
    insert into {{ session_builds() }}
    select
        'gone_nodes' as node_id,
        {{ seen_build() }} + {{ 0 if is_increment() else 1 }} as seen_build;
    delete from {{ gone_nodes() }}
    where build_number <= {{ seen_build('gone_nodes') }}
    {%- if is_increment() -%}
        ;
        insert into {{ gone_nodes() }}
        select
            built.node,
            built.identifier_hash,
            {{ highest_number('node') }} + 1 as build_number
        from {{ this }} as built
        left join {{ clusters }} as clusters
            on
                built.identifier_key = clusters.identifier_key
                and clusters.build_number <= {{ seen_cluster_build() }}
        where clusters.identifier_key is null;
        delete from {{ this }}
        where node in (select gone.node from {{ gone_nodes() }} as gone)
    {%- endif -%}
{%- endmacro %}
