{% macro is_e164(phone) -%}
    {#- A plus, then 7 to 15 digits of which the first is no zero. -#}
    (
        ({{ phone }}) like '+%'
        and ({{ phone }}) not like '+0%'
        and length({{ phone }}) between 8 and 16
        and translate(substr({{ phone }}, 2), '0123456789', '') = ''
    )
{%- endmacro %}
