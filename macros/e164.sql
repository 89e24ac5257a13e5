{% macro e164(phone) -%}
    {#-
        `00` is `+`, and the `(0)` after a country is for who calls within it. A number
        without a country gets one only when the var names it. What then is no E.164
        stays as it is written, without separators. Zeros alone are no number, and they
        are blocked as such.
    -#}
    {%- set bare = phone_without_separators(phone) -%}
    {%- set code = var('phone_default_country_code') -%}
    {%- set trunk = var('phone_trunk_prefix') -%}
    case
        when replace({{ bare }}, '0', '') in ('', '+') then replace({{ bare }}, '+', '')
        when {{ bare }} like '00%' and {{ is_e164("'+' || substr(" ~ bare ~ ", 3)") }}
            then '+' || substr({{ bare }}, 3)
        {%- if code %}
        {%- if trunk %}
        when
            {{ bare }} like '{{ trunk }}%'
            and {{ is_e164("'+" ~ code ~ "' || substr(" ~ bare ~ ", "
                ~ (trunk | string | length + 1) ~ ")") }}
            then '+{{ code }}' || substr({{ bare }}, {{ trunk | string | length + 1 }})
        {%- endif %}
        when {{ is_e164("'+" ~ code ~ "' || " ~ bare) }}
            then '+{{ code }}' || {{ bare }}
        {%- endif %}
        else {{ bare }}
    end
{%- endmacro %}
