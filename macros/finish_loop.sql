{% macro finish_loop(target_relation, result_sql, work_relations) -%}
    {#- What every table materialization does after its rows are known. -#}
    {%- set existing_relation = load_cached_relation(target_relation) -%}
    {%- if existing_relation is not none -%}
        {%- do adapter.drop_relation(existing_relation) -%}
    {%- endif -%}
    {%- call statement('main') -%}
        {{ create_table_as(False, target_relation, result_sql) }}
    {%- endcall -%}
    {%- do drop_work_tables(work_relations) -%}
    {{ run_hooks(post_hooks, inside_transaction=True) }}
    {%- do apply_grants(target_relation, config.get('grants'), should_revoke=True) -%}
    {%- do persist_docs(target_relation, model) -%}
    {%- do adapter.commit() -%}
    {{ run_hooks(post_hooks, inside_transaction=False) }}
    {%- do return({'relations': [target_relation]}) -%}
{%- endmacro %}
