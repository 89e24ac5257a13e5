{% macro forget_old_nodes(column='node') -%}
    {%- set identifiers = ref('identity_identifiers') -%}
    {%- if is_increment() -%}
        delete from {{ this }}
        where {{ column }} in (
            select built.{{ column }}
            from {{ this }} as built
            where {{ is_gone_node('built.' ~ column, seen_number()) }}
        )
    {%- endif -%}
{%- endmacro %}
