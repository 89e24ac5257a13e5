{{ config(materialized='view') }}

with

links as (

    select
        node_a,
        node_b,
        received_at

    from {{ ref('identity_links') }}

),

kiosks as (

    select node

    from {{ ref('identity_kiosks') }}

),

super_nodes as (

    select node

    from {{ ref('quarantined_identifiers') }}

),

mergers as (

    select
        kept_node,
        replaced_node,
        event_id,
        received_at

    from {{ ref('identity_person_mergers') }}

),

unlinking_sets as (

    select
        set_key,
        first_event_id

    from {{ ref('identity_sets') }}

    where not is_linking

),

set_nodes as (

    select
        set_key,
        node,
        strongest_node

    from {{ ref('identity_set_nodes') }}

),

-- A neighbour of what may not link is told of it too: it is the one that moves.
facts as (

    select
        'merger' as fact_kind,
        kept_node as node_a,
        replaced_node as node_b,
        event_id,
        received_at
    from mergers

    union all

    select
        'kiosk' as fact_kind,
        node as node_a,
        node as node_b,
        cast(null as {{ dbt.type_string() }}) as event_id,
        cast(null as {{ dbt.type_timestamp() }}) as received_at
    from kiosks

    union all

    {% for kind, those in [('kiosk', 'kiosks'), ('limit', 'super_nodes')] %}
        select
            '{{ kind }}' as fact_kind,
            node_a,
            node_b,
            cast(null as {{ dbt.type_string() }}) as event_id,
            received_at
        from links
        where
            node_a in (select {{ those }}.node from {{ those }})
            or node_b in (select {{ those }}.node from {{ those }})

        union all
    {% endfor %}

    select
        'unlinked' as fact_kind,
        set_nodes.strongest_node,
        set_nodes.node,
        unlinking_sets.first_event_id as event_id,
        cast(null as {{ dbt.type_timestamp() }}) as received_at
    from unlinking_sets
    inner join set_nodes
        on unlinking_sets.set_key = set_nodes.set_key

),

-- What is said twice of the same two is one fact.
told_once as (

    select
        fact_kind,
        least(node_a, node_b) as node_a,
        greatest(node_a, node_b) as node_b,
        event_id,
        max(received_at) as received_at

    from facts

    group by 1, 2, 3, 4

)

select * from told_once
