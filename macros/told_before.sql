{% macro told_before(model, column=none) -%}
    {#- By name: what is told is written after the audit that reads it. A table of before
        a column was added tells nothing. -#}
    {%- if execute -%}
        {%- set relation = adapter.get_relation(
            database=this.database, schema=this.schema, identifier=model
        ) -%}
        {%- if relation and column -%}
            {%- set columns = adapter.get_columns_in_relation(relation) -%}
            {%- set names = columns | map(attribute='name') | map('lower') | list -%}
            {%- set relation = relation if column in names -%}
        {%- endif -%}
    {%- endif -%}
    {{ return(relation or none) }}
{%- endmacro %}
