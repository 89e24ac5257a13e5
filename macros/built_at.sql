{% macro built_at() -%}
    {#- Of the build, not of the world: no two runs share it, whatever `as_of` says. -#}
    cast(
        '{{ run_started_at.strftime("%Y-%m-%d %H:%M:%S.%f") }}'
        as {{ dbt.type_timestamp() }}
    )
{%- endmacro %}
