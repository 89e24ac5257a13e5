{% macro in_page_order(table=none) -%}
    {#- As the page saw them: by its clock, and within a millisecond as it counted. -#}
    {%- set of = table ~ '.' if table else '' -%}
    {{ return(
        'order by ' ~ of ~ 'moment_ms, ' ~ of ~ 'seq, '
        ~ in_byte_order(of ~ 'event_id')
    ) }}
{%- endmacro %}
