{#-
    DuckDB can drop a table and make it anew in one transaction: dbt's own way, to make it
    under another name and to rename both, is five statements more for each model.
-#}
{% materialization table, adapter='duckdb' %}
    {{ run_hooks(pre_hooks, inside_transaction=False) }}
    {{ run_hooks(pre_hooks, inside_transaction=True) }}

    {{ return(finish_model(this.incorporate(type='table'), sql)) }}
{% endmaterialization %}

{% materialization view, adapter='duckdb' %}
    {{ run_hooks(pre_hooks, inside_transaction=False) }}
    {{ run_hooks(pre_hooks, inside_transaction=True) }}

    {{ return(finish_model(this.incorporate(type='view'), sql)) }}
{% endmaterialization %}
