{% macro is_gone_identifier(column) -%}
    {#- As `is_gone_node`, of rows that have the hash of an identifier: those are named of
        which a number is gone, or was given since. -#}
    {%- set identifiers = ref('identity_identifiers') -%}
    {%- set seen = seen_number() -%}
    {%- if seen < seen_number('gone_nodes') -%}
        not exists (
            select 1
            from {{ identifiers }} as identifiers
            where
                identifiers.identifier_hash = {{ column }}
                and identifiers.node <= {{ seen }}
        )
    {%- else -%}
        {{ column }} in (
            select gone.identifier_hash
            from {{ gone_nodes() }} as gone
            where gone.build_number > {{ seen }}
            union all
            select identifiers.identifier_hash
            from {{ identifiers }} as identifiers
            where identifiers.node > {{ seen }}
        )
    {%- endif -%}
{%- endmacro %}
