{% macro replaced_relation(kind) -%}
    {#- In the transaction of all that follows: who reads meanwhile sees the old one. -#}
    {%- set target_relation = this.incorporate(type=kind) -%}
    {%- set built = load_cached_relation(this) -%}
    {{ run_hooks(pre_hooks, inside_transaction=False) }}
    {{ run_hooks(pre_hooks, inside_transaction=True) }}
    {%- call statement('main') -%}
        {%- if built is not none -%}
            drop {{ built.type }} if exists {{ built }};
        {%- endif %}
        {% if kind == 'view' -%}
            {{ create_view_as(target_relation, sql) }}
        {%- else -%}
            {{ create_table_as(False, target_relation, sql) }}
        {%- endif %}
    {%- endcall -%}
    {%- do create_indexes(target_relation) -%}
    {{ run_hooks(post_hooks, inside_transaction=True) }}
    {%- do apply_grants(target_relation, config.get('grants'), should_revoke=True) -%}
    {%- do persist_docs(target_relation, model) -%}
    {%- do adapter.commit() -%}
    {{ run_hooks(post_hooks, inside_transaction=False) }}
    {%- do return({'relations': [target_relation]}) -%}
{%- endmacro %}
