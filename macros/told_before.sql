{% macro told_before(model, empty) -%}
    {#- By name: what is told is written after the audit that reads it. -#}
    {%- if execute -%}
        {%- set relation = adapter.get_relation(
            database=this.database, schema=this.schema, identifier=model
        ) -%}
    {%- endif -%}
    {{ return(relation or empty) }}
{%- endmacro %}
