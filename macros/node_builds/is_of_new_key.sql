{% macro is_of_new_key(column='identifier_key') -%}
    {#- As `is_of_new_node`, of rows that have an identifier's key: all that is tied to it
        was numbered with it. -#}
    {%- set holders = ref('identity_holders') -%}
    {%- if is_increment() -%}
        {{ column }} in (
            select holders.identifier_key
            from {{ holders }} as holders
            where holders.node > {{ seen_number() }}
        )
    {%- else -%}
        1 = 1
    {%- endif -%}
{%- endmacro %}
