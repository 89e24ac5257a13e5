{% macro is_of_changed_set(made_from='identity_set_versions') -%}
    {%- set sets = ref(made_from) -%}
    {%- if is_increment() -%}
        set_number in (
            select sets.set_number
            from {{ sets }} as sets
            left join {{ this }} as built
                on
                    sets.set_number = built.set_number
                    and sets.set_version = built.set_version
            where built.set_number is null
        )
    {%- else -%}
        1 = 1
    {%- endif -%}
{%- endmacro %}
