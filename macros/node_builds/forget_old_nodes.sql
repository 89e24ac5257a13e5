{% macro forget_old_nodes(column='node') -%}
    {#- A number that is gone, and one of a build that was not finished. -#}
    {%- set identifiers = ref('identity_identifiers') -%}
    {%- if is_increment() -%}
        delete from {{ this }}
        where {{ column }} in (
            select built.{{ column }}
            from {{ this }} as built
            left join {{ identifiers }} as identifiers
                on
                    built.{{ column }} = identifiers.node
                    and identifiers.node <= {{ seen_node() }}
            where identifiers.node is null
        )
    {%- endif -%}
{%- endmacro %}
