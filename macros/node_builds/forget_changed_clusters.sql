{% macro forget_changed_clusters() -%}
    {#- An identifier stays as long as it is in a cluster that is as it was. -#}
    {%- set clusters = ref('identity_clusters') -%}
    {%- if is_increment() -%}
        delete from {{ this }}
        where node in (
            select built.node
            from {{ this }} as built
            left join {{ clusters }} as clusters
                on
                    built.identifier_key = clusters.identifier_key
                    and clusters.build_number <= {{ seen_cluster_build() }}
            where clusters.identifier_key is null
        )
    {%- endif -%}
{%- endmacro %}
