{% macro changed_ties(target_relation, ties) -%}
    {#- The tables of ties that came, of those that are gone, and of their clusters. -#}
    {%- set came = work_table(target_relation, 'came', new_ties(ties)) -%}
    {%- set gone = work_table(target_relation, 'gone', gone_ties(ties)) -%}
    {%- set clusters = work_table(
        target_relation, 'touched', clusters_of_ties(came, gone)
    ) -%}
    {%- do return({'came': came, 'gone': gone, 'clusters': clusters}) -%}
{%- endmacro %}

{% macro new_ties(ties) -%}
    select
        ties.tie_number,
        ties.tie_version,
        ties.is_rare,
        ties.identifier_key
    from {{ ties }} as ties
    where not exists (
        select 1
        from {{ this }} as built
        where
            ties.tie_number = built.tie_number
            and ties.tie_version = built.tie_version
    )
{%- endmacro %}

{% macro gone_ties(ties) -%}
    select
        built.tie_number,
        built.tie_version,
        built.cluster_key
    from {{ this }} as built
    where
        (
            built.is_rare
            or {{ is_of_gone_set('built.tie_number') }}
        )
        and not exists (
            select 1
            from {{ ties }} as ties
            where
                built.tie_number = ties.tie_number
                and built.tie_version = ties.tie_version
        )
{%- endmacro %}

{% macro clusters_of_ties(came, gone) -%}
    select cluster_key
    from {{ gone }}
    union
    select built.cluster_key
    from {{ this }} as built
    inner join {{ came }} as came
        on built.identifier_key = came.identifier_key
{%- endmacro %}

{% macro ties_of_clusters(changed) -%}
    {#- All that is still tied in the clusters that changed, and what came. -#}
    select
        built.tie_number,
        built.tie_version,
        built.is_rare,
        built.identifier_key
    from {{ this }} as built
    inner join {{ changed.clusters }} as touched
        on built.cluster_key = touched.cluster_key
    where not exists (
        select 1
        from {{ changed.gone }} as gone
        where
            built.tie_number = gone.tie_number
            and built.tie_version = gone.tie_version
    )
    union all
    select
        tie_number,
        tie_version,
        is_rare,
        identifier_key
    from {{ changed.came }}
{%- endmacro %}

{% macro tie_links(ties) -%}
    {#- A star for each tie: links (node_a, node_b) between keys. -#}
    select
        firsts.identifier_key as node_a,
        ties.identifier_key as node_b
    from {{ ties }} as ties
    inner join (
        select
            tie_number,
            min(identifier_key) as identifier_key
        from {{ ties }} as all_ties
        group by tie_number
    ) as firsts
        on ties.tie_number = firsts.tie_number
{%- endmacro %}

{% macro clusters_select(ties, components) -%}
    select
        ties.tie_number,
        ties.tie_version,
        ties.is_rare,
        ties.identifier_key,
        coalesce(components.component, ties.identifier_key) as cluster_key,
        cast(
            {{ highest_number('build_number') }} + 1 as {{ dbt.type_bigint() }}
        ) as build_number
    from {{ ties }} as ties
    left join ({{ components }}) as components
        on ties.identifier_key = components.node
{%- endmacro %}
