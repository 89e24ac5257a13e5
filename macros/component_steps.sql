{% macro component_links(links_sql) -%}
    select distinct
        cast(least(links.node_a, links.node_b) as bigint) as node_a,
        cast(greatest(links.node_a, links.node_b) as bigint) as node_b
    from ({{ links_sql }}) as links
    where links.node_a <> links.node_b
{%- endmacro %}

{% macro component_pointers(target_relation, links, round, jumps) -%}
    {#- Two work tables in turn; the last is kept until the labels are composed. -#}
    {%- set state = namespace(pointer=work_table(
        target_relation, 'pointers_' ~ round ~ '_0', smallest_neighbours(links)
    )) -%}
    {%- for jump in range(jumps) -%}
        {%- set jumped = work_table(
            target_relation,
            'pointers_' ~ round ~ '_' ~ (loop.index % 2),
            jumped_pointers(state.pointer)
        ) -%}
        {%- do drop_work_tables([state.pointer]) -%}
        {%- set state.pointer = jumped -%}
    {%- endfor -%}
    {%- do return(state.pointer) -%}
{%- endmacro %}

{% macro smallest_neighbours(links) -%}
    select
        ends.node,
        least(ends.node, min(ends.neighbour)) as pointer
    from (
        select
            node_a as node,
            node_b as neighbour
        from {{ links }}
        union all
        select
            node_b as node,
            node_a as neighbour
        from {{ links }}
    ) as ends
    group by ends.node
{%- endmacro %}

{% macro jumped_pointers(pointers) -%}
    select
        near.node,
        far.pointer
    from {{ pointers }} as near
    inner join {{ pointers }} as far
        on near.pointer = far.node
{%- endmacro %}

{% macro contracted_links(links, pointers) -%}
    {#- Loops are dropped from outside: seen inside, DuckDB joins on "differs". -#}
    select distinct
        ends.node_a,
        ends.node_b
    from (
        select
            least(pointers_a.pointer, pointers_b.pointer) as node_a,
            greatest(pointers_a.pointer, pointers_b.pointer) as node_b
        from {{ links }} as links
        inner join {{ pointers }} as pointers_a
            on links.node_a = pointers_a.node
        inner join {{ pointers }} as pointers_b
            on links.node_b = pointers_b.node
    ) as ends
    where ends.node_a <> ends.node_b
{%- endmacro %}

{% macro composed_pointers(target_relation, pointers, later, position) -%}
    {%- if later is none -%} {%- do return(pointers) -%} {%- endif -%}
    {%- do return(work_table(
        target_relation,
        'composed_' ~ position % 2,
        components_select(pointers, later, 'pointer')
    )) -%}
{%- endmacro %}

{% macro components_select(pointers, later, component='component') -%}
    {#- Where the pointers of a round lead, and those of the rounds after it, if any. -#}
    {%- if pointers is none -%}
        select
            cast(null as bigint) as node,
            cast(null as bigint) as component
        where 1 = 0
    {%- elif later is none -%}
        select
            node,
            pointer as {{ component }}
        from {{ pointers }}
    {%- else -%}
        select
            pointers.node,
            coalesce(later.pointer, pointers.pointer) as {{ component }}
        from {{ pointers }} as pointers
        left join {{ later }} as later
            on pointers.pointer = later.node
    {%- endif -%}
{%- endmacro %}
