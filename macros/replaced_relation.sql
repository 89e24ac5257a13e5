{% macro replaced_relation(target_relation, rows_sql) -%}
    {{ return(adapter.dispatch('replaced_relation', 'relyv_segment')(
        target_relation, rows_sql
    )) }}
{%- endmacro %}

{% macro default__replaced_relation(target_relation, rows_sql) -%}
    {#- By dbt's own macro: views that stand on the old one leave with it. -#}
    {%- set built = load_cached_relation(target_relation) -%}
    {%- if built is not none -%}
        {%- do adapter.drop_relation(built) -%}
    {%- endif -%}
    {{ create_table_as(False, target_relation, rows_sql) }}
{%- endmacro %}

{% macro duckdb__replaced_relation(target_relation, rows_sql) -%}
    {#- In the transaction of what follows: who reads meanwhile sees the old one. -#}
    {%- set built = load_cached_relation(target_relation) -%}
    {%- if built is not none -%}
        drop {{ built.type }} if exists {{ built }};
    {%- endif %}
    {% if target_relation.is_view -%}
        {{ create_view_as(target_relation, rows_sql) }}
    {%- else -%}
        {{ create_table_as(False, target_relation, rows_sql) }}
    {%- endif %}
{%- endmacro %}

{% macro snowflake__replaced_relation(target_relation, rows_sql) -%}
    {#- There dbt's macro replaces a table itself: one that fails leaves the old one. -#}
    {%- set built = load_cached_relation(target_relation) -%}
    {%- if built is not none and not built.is_table -%}
        {%- do adapter.drop_relation(built) -%}
    {%- endif -%}
    {{ create_table_as(False, target_relation, rows_sql) }}
{%- endmacro %}
