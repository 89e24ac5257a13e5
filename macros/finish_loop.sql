{% macro finish_loop(target_relation, result_sql, work_relations) -%}
    {#- What every materialization does after its rows are known: they take the place of
        the table, or are added where the model is built for what changed. -#}
    {%- set adds = 'append' == config.get('incremental_strategy') and is_increment() -%}
    {%- set existing_relation = load_cached_relation(target_relation) -%}
    {%- if existing_relation is not none and not adds -%}
        {%- do adapter.drop_relation(existing_relation) -%}
    {%- endif -%}
    {%- call statement('main') -%}
        {%- if adds -%}
            insert into {{ target_relation }} {{ result_sql }}
        {%- else -%}
            {{ create_table_as(False, target_relation, result_sql) }}
        {%- endif -%}
    {%- endcall -%}
    {%- do drop_work_tables(work_relations | unique | list) -%}
    {{ run_hooks(post_hooks, inside_transaction=True) }}
    {%- do apply_grants(target_relation, config.get('grants'), should_revoke=True) -%}
    {%- do persist_docs(target_relation, model) -%}
    {%- do adapter.commit() -%}
    {{ run_hooks(post_hooks, inside_transaction=False) }}
    {%- do return({'relations': [target_relation]}) -%}
{%- endmacro %}
