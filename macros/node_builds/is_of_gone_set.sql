{% macro is_of_gone_set(column='set_number') -%}
    {#- Of one that this model has and that changed since, or is gone. Where all numbers are
        of later builds, nothing is known of those that were there before. -#}
    {%- set versions = ref('identity_set_versions') -%}
    {%- set seen = seen_number(seen_sets()) -%}
    (
        {{ is_of_changed_set(column) }}
        or {{ seen }} < (
            select coalesce(min(versions.build_number), {{ seen + 1 }})
            from {{ versions }} as versions
        )
    )
{%- endmacro %}
