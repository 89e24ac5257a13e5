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

rare_facts as (

    select
        fact_kind,
        node_a,
        node_b,
        event_id,
        received_at

    from {{ ref('identity_rare_facts') }}

    where {{ is_of_new_node('node_a') }}

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

    select * from rare_facts

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
