{% macro as_of() -%}
    {#- The one clock of the project: a test pins it, a run leaves it alone. -#}
    {%- if var('as_of', none) -%}
        cast('{{ var("as_of") }}' as {{ dbt.type_timestamp() }})
    {%- else -%}
        cast(
            '{{ run_started_at.strftime("%Y-%m-%d %H:%M:%S") }}'
            as {{ dbt.type_timestamp() }}
        )
    {%- endif -%}
{%- endmacro %}
