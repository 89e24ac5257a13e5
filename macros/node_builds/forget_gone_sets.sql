{% macro forget_gone_sets() -%}
    {#- A set that says anything else now has another version. -#}
    {{ forget_what_is_not_in(ref('identity_sets'), 'set_version') }}
{%- endmacro %}
