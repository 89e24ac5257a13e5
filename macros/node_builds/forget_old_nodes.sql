{% macro forget_old_nodes(column='node') -%}
    {#- A number that is gone, and one of a build that was not finished. -#}
    {%- set identifiers = ref('identity_identifiers') -%}
    {%- if is_increment() -%}
        {{ forget_what_is_not_in(
            identifiers, column, 'node', condition='node <= ' ~ seen_number()
        ) }}
    {%- endif -%}
{%- endmacro %}
