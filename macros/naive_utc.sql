{% macro naive_utc(column) -%}
    {{ return(adapter.dispatch('naive_utc', 'relyv_segment')(column)) }}
{%- endmacro %}

{% macro default__naive_utc(column) -%}
    {#- A plain cast would give the hour of wherever the session thinks it is. -#}
    timezone('UTC', {{ column }})
{%- endmacro %}

{% macro snowflake__naive_utc(column) -%}
    cast(convert_timezone('UTC', {{ column }}) as timestamp_ntz)
{%- endmacro %}
