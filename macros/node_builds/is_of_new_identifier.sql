{% macro is_of_new_identifier(column) -%}
    {%- set identifiers = ref('identity_identifiers') -%}
    {%- if is_increment() -%}
        {{ column }} in (
            select identifiers.identifier_hash
            from {{ identifiers }} as identifiers
            where identifiers.node > {{ seen_number() }}
        )
    {%- else -%}
        1 = 1
    {%- endif -%}
{%- endmacro %}
