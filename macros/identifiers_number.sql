{% macro identifiers_number() -%}
    {#- One whole number for all identifiers that an event names, by the columns of
        `stg_segment__calls`. -#}
    {%- set spelled = {
        'email': "nullif(lower(trim(email)), '')",
        'context_email': "nullif(lower(trim(context_traits_email)), '')",
    } -%}
    {%- set columns = [] -%}
    {%- for identifier in set_identifiers() -%}
        {%- do columns.append(spelled.get(identifier, identifier)) -%}
    {%- endfor -%}
    {{ return(fast_hash(columns)) }}
{%- endmacro %}
