{% macro finish_model(target_relation, result_sql, work_relations=[]) -%}
    {#- What every materialization does after its rows are known: they take the place of
        what is there, or are added where the model is built for what changed. -#}
    {%- set adds = 'append' == config.get('incremental_strategy') and is_increment() -%}
    {%- if adds -%}
        {%- set written = inserted_rows(target_relation, result_sql) -%}
    {%- else -%}
        {%- set written = replaced_relation(target_relation, result_sql) -%}
    {%- endif -%}
    {%- call statement('main') -%} {{ written }} {%- endcall -%}
    {%- if not adds -%}
        {%- do create_indexes(target_relation) -%}
    {%- endif -%}
    {%- do drop_work_tables(work_relations | unique | list) -%}
    {{ run_hooks(post_hooks, inside_transaction=True) }}
    {%- do apply_grants(target_relation, config.get('grants'), should_revoke=True) -%}
    {%- do persist_docs(target_relation, model) -%}
    {%- do adapter.commit() -%}
    {{ run_hooks(post_hooks, inside_transaction=False) }}
    {%- do return({'relations': [target_relation]}) -%}
{%- endmacro %}
