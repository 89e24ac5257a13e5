{% materialization tied_clusters, default %}
    {#-
        The model selects ties (tie_number, tie_version, is_rare, identifier_key): of sets
        those that changed, of rare ones all. The table has all of them, each with
        cluster_key, the smallest key of all that is tied together, and build_number, that
        of the build that last made the cluster.

        Ties that came or are gone, since the version is another when anything is, name
        the clusters that are made anew, each from all of its ties: so one can fall apart.
    -#}
    {%- set target_relation = this.incorporate(type='table') -%}
    {{ run_hooks(pre_hooks, inside_transaction=False) }}
    {{ run_hooks(pre_hooks, inside_transaction=True) }}

    {%- set used = [] -%}
    {%- set ties = '(' ~ sql ~ ')' -%}
    {%- if is_increment() -%}
        {%- set changed = changed_ties(target_relation, ties) -%}
        {%- set ties = work_table(
            target_relation, 'ties', ties_of_clusters(changed)
        ) -%}
        {%- do used.extend(changed.values()) -%}
        {%- do used.append(ties) -%}
    {%- endif -%}
    {%- set components = solved_components(target_relation, tie_links(ties), used) -%}
    {%- set clusters = work_table(
        target_relation, 'clusters', clusters_select(ties, components)
    ) -%}
    {%- do used.append(clusters) -%}
    {%- if is_increment() -%}
        {%- call statement('forget_clusters') -%}
            delete from {{ this }}
            where cluster_key in (select cluster_key from {{ changed.clusters }})
        {%- endcall -%}
    {%- endif -%}

    {{ return(finish_model(target_relation, 'select * from ' ~ clusters, used)) }}
{% endmaterialization %}
