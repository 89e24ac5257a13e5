{% materialization connected_components, default %}
    {#-
        The model selects links (node_a, node_b) between integer nodes. The table has
        one row per linked node: node and component, the smallest node of all that it
        is connected to.

        A model that selects the links of new nodes only, and whose pre-hook deletes the
        old ones (node_by_node), gets theirs added.
    -#}
    {%- set target_relation = this.incorporate(type='table') -%}
    {{ run_hooks(pre_hooks, inside_transaction=False) }}
    {{ run_hooks(pre_hooks, inside_transaction=True) }}

    {%- set used = [] -%}
    {%- set components = solved_components(target_relation, sql, used) -%}

    {{ return(finish_model(target_relation, components, used)) }}
{% endmaterialization %}
