{#-
    DuckDB can drop a table and make it anew in one transaction: dbt's own way, to make it
    under another name and to rename both, is five statements more for each model.
-#}
{% materialization table, adapter='duckdb' %}
    {{ return(replaced_relation('table')) }}
{% endmaterialization %}

{% materialization view, adapter='duckdb' %}
    {{ return(replaced_relation('view')) }}
{% endmaterialization %}
