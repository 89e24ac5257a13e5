{% macro is_of_new_set(column='set_number') -%}
    {#- Of one whose identifiers were numbered since. -#}
    {%- set observations = ref('identity_observations') -%}
    {%- if is_increment() -%}
        {{ column }} in (
            select observations.set_number
            from {{ observations }} as observations
            where {{ is_of_new_key('observations.identifier_key') }}
        )
    {%- else -%}
        1 = 1
    {%- endif -%}
{%- endmacro %}
