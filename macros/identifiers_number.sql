{% macro identifiers_number() -%}
    {#- One whole number for all identifiers that an event names, by the columns of
        `stg_segment__calls`. -#}
    {%- set spelled = {
        'email': 'nullif(' ~ normal_email('email') ~ ", '')",
        'context_email': 'nullif(' ~ normal_email('context_traits_email') ~ ", '')",
    } -%}
    {%- set columns = [] -%}
    {%- for identifier in set_identifiers() -%}
        {%- do columns.append(spelled.get(identifier, identifier)) -%}
    {%- endfor -%}
    {{ return(fast_hash(columns)) }}
{%- endmacro %}
