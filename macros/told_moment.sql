{% macro told_moment(value) -%}
    {#- In the statement, as a query has told it. -#}
    {%- do return("cast('" ~ value ~ "' as " ~ dbt.type_timestamp() ~ ')') -%}
{%- endmacro %}
