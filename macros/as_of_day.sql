{% macro as_of_day() -%}
    {#- Windows slide by whole days, so a second run on the same day changes nothing. -#}
    cast({{ dbt.date_trunc('day', as_of()) }} as {{ dbt.type_timestamp() }})
{%- endmacro %}
