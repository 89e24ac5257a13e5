{% macro is_of_changed_set(column='set_number') -%}
    {#- A set that is gone is one of them: it has a row, and no events. -#}
    {%- set versions = ref('identity_set_versions') -%}
    {%- if is_increment() -%}
        {{ column }} in (
            select versions.set_number
            from {{ versions }} as versions
            where versions.build_number > {{ seen_number(seen_sets()) }}
        )
    {%- else -%}
        1 = 1
    {%- endif -%}
{%- endmacro %}
