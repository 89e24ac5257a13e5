{% macro is_gone_node(column, seen) -%}
    {#- A number that is gone, and one of a build that was not finished; 0 is nobody's. A
        model that did not miss a build finds them by name; another compares all. -#}
    {%- set identifiers = ref('identity_identifiers') -%}
    {%- if seen < seen_number('gone_nodes') -%}
        not exists (
            select 1
            from {{ identifiers }} as identifiers
            where
                identifiers.node = {{ column }}
                and identifiers.node <= {{ seen }}
        )
    {%- else -%}
        (
            {{ column }} > {{ seen }}
            or {{ column }} = 0
            or {{ column }} in (
                select gone.node
                from {{ gone_nodes() }} as gone
                where gone.build_number > {{ seen }}
            )
        )
    {%- endif -%}
{%- endmacro %}
