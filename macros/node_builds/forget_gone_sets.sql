{% macro forget_gone_sets() -%}
    {#- A set that says anything else now has another version. -#}
    {%- set sets = ref('identity_sets') -%}
    {%- if is_increment() -%}
        delete from {{ this }}
        where set_version in (
            select built.set_version
            from {{ this }} as built
            left join {{ sets }} as sets
                on built.set_version = sets.set_version
            where sets.set_version is null
        )
    {%- endif -%}
{%- endmacro %}
