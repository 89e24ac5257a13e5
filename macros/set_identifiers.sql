{% macro set_identifiers() -%}
    {#- The columns that one set of identifiers is made of, in `identity_events`. -#}
    {%- set identifiers = [
        'user_id', 'anonymous_id', 'context_anonymous_id', 'email', 'context_email',
        'external_ids'
    ] -%}
    {%- for trait in var('identifier_traits') -%}
        {%- do identifiers.extend(['id_' ~ trait, 'context_id_' ~ trait]) -%}
    {%- endfor -%}
    {%- do return(identifiers) -%}
{%- endmacro %}
