{{ config(**node_by_node()) }}

with

identifiers as (

    select
        node,
        identifier_hash,
        first_event_id,
        first_received_at

    from {{ ref('identity_identifiers') }}

    where {{ is_of_new_node() }}

),

aliases as (

    select event_id

    from {{ ref('identity_aliases') }}

),

links as (

    select
        node_a,
        node_b,
        event_id,
        received_at

    from {{ ref('identity_links') }}

    where {{ is_of_new_node('node_a') }}

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

    where {{ is_of_new_node() }}

),

seed_facts as (

    select
        fact_kind,
        cause,
        identifier_hash,
        other_hash,
        seed_value,
        event_id,
        received_at,
        node

    from {{ ref('identity_seed_facts') }}

),

-- A neighbour of what may not link is told of it too: it is the one that moves.
rare_facts as (

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

    select
        'kiosk' as fact_kind,
        links.node_a,
        links.node_b,
        cast(null as {{ dbt.type_string() }}) as event_id,
        links.received_at
    from links
    where
        links.node_a in (select kiosks.node from kiosks)
        or links.node_b in (select kiosks.node from kiosks)

    union all

    select
        'limit' as fact_kind,
        links.node_a,
        links.node_b,
        cast(null as {{ dbt.type_string() }}) as event_id,
        links.received_at
    from links
    where
        links.node_a in (select super_nodes.node from super_nodes)
        or links.node_b in (select super_nodes.node from super_nodes)

    union all

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

-- Links come once. What is said twice of the same two is one fact.
node_facts as (

    select
        'seen' as fact_kind,
        node as node_a,
        node as node_b,
        first_event_id as event_id,
        first_received_at as received_at
    from identifiers

    union all

    select
        'link' as fact_kind,
        node_a,
        node_b,
        event_id,
        received_at
    from links

    union all

    select
        fact_kind,
        least(node_a, node_b) as node_a,
        greatest(node_a, node_b) as node_b,
        event_id,
        max(received_at) as received_at
    from rare_facts
    group by 1, 2, 3, 4

),

named as (

    select
        node_facts.fact_kind,
        case
            when node_facts.fact_kind = 'limit' then 'limit'
            when
                node_facts.fact_kind in ('kiosk', 'unlinked')
                or node_facts.event_id is null
                then 'override'
            when aliases.event_id is not null then 'alias'
            else 'event'
        end as cause,
        least(stronger.identifier_hash, weaker.identifier_hash) as identifier_hash,
        greatest(stronger.identifier_hash, weaker.identifier_hash) as other_hash,
        cast(null as {{ dbt.type_string() }}) as seed_value,
        node_facts.event_id,
        node_facts.received_at,
        node_facts.node_a as node

    from node_facts

    inner join identifiers as stronger
        on node_facts.node_a = stronger.node

    inner join identifiers as weaker
        on node_facts.node_b = weaker.node

    left join aliases
        on node_facts.event_id = aliases.event_id

    union all

    select * from seed_facts

),

keyed as (

    select
        {{ fast_hash([
            'fact_kind', 'identifier_hash', 'other_hash', 'seed_value', 'event_id'
        ]) }} as fact_number,
        fact_kind,
        cause,
        identifier_hash,
        other_hash,
        seed_value,
        event_id,
        received_at,
        node

    from named

)

select * from keyed
