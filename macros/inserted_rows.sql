{% macro inserted_rows(target_relation, rows_sql) -%}
    {{ return(adapter.dispatch('inserted_rows', 'relyv_segment')(
        target_relation, rows_sql
    )) }}
{%- endmacro %}

{% macro default__inserted_rows(target_relation, rows_sql) -%}
    {%- set columns = get_columns_in_query(rows_sql) | join(', ') -%}
    insert into {{ target_relation }} ({{ columns }})
    select {{ columns }} from ({{ rows_sql }}) as fresh
{%- endmacro %}

{% macro duckdb__inserted_rows(target_relation, rows_sql) -%}
    insert into {{ target_relation }} by name {{ rows_sql }}
{%- endmacro %}
