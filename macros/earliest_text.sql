{% macro earliest_text(text, moment) -%}
    {#- Of a group, the text of the earliest moment; of several the first in byte order. -#}
    {{ return(adapter.dispatch('earliest_text', 'relyv_segment')(text, moment)) }}
{%- endmacro %}

{% macro default__earliest_text(text, moment) -%}
    arg_min({{ text }}, row({{ moment }}, {{ text }}))
{%- endmacro %}

{% macro postgres__earliest_text(text, moment) -%}
    {#- An ordered aggregate would sort every group. -#}
    substr(
        {{ min_text("to_char(" ~ moment ~ ", 'YYYYMMDDHH24MISSUS') || " ~ text) }}, 21
    )
{%- endmacro %}

{% macro snowflake__earliest_text(text, moment) -%}
    substr(
        min(
            lpad(cast(date_part(epoch_microsecond, {{ moment }}) as varchar), 20, '0')
            || {{ text }}
        ),
        21
    )
{%- endmacro %}
