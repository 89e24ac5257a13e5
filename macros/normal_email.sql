{% macro normal_email(address) -%}
    {#- One way to write an e-mail address down: people type them. -#}
    lower(trim({{ address }}))
{%- endmacro %}
