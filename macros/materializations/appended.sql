{% materialization appended, default %}
    {#-
        The model selects the rows that are new, after its pre-hook deleted those that
        leave; all, where all is built. dbt's own incremental materialization writes them
        to a temporary table first, and looks at the columns of both.
    -#}
    {{ run_hooks(pre_hooks, inside_transaction=False) }}
    {{ run_hooks(pre_hooks, inside_transaction=True) }}

    {{ return(finish_model(this.incorporate(type='table'), sql)) }}
{% endmaterialization %}
