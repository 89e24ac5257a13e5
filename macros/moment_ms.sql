{% macro moment_ms() -%}
    {#- When an event was, by the page's own clock where it says so, else by `ts`. -#}
    coalesce(
        client_ts_ms,
        {{ dbt.datediff(
            "cast('1970-01-01 00:00:00' as " ~ dbt.type_timestamp() ~ ")",
            'ts',
            'millisecond'
        ) }}
    )
{%- endmacro %}
