{% macro is_usable_identifier(identifier_type, identifier_value) -%}
    {#- dbt reads the word null in a seed as an empty cell, so it is spelled here. A type
        that is spelled out is compared with its own blocked values at once. -#}
    {%- set is_one_type = identifier_type.startswith("'") -%}
    (
        replace(replace({{ identifier_value }}, '0', ''), '-', '') <> ''
        and lower({{ identifier_value }}) not in (
            select 'null'
            union all
            select lower(identifier_value)
            from {{ ref('blocked_values') }}
            where
                identifier_type is null
                {%- if is_one_type %}
                    or identifier_type = {{ identifier_type }}
                {%- endif %}
        )
        {%- if not is_one_type %}
            and {{ identifier_type }} || ':' || lower({{ identifier_value }}) not in (
                select identifier_type || ':' || lower(identifier_value)
                from {{ ref('blocked_values') }}
                where identifier_type is not null
            )
        {%- endif %}
    )
{%- endmacro %}
