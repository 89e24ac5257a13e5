-- depends_on: {{ ref('identity_identifiers') }}
{{ config(**identifier_by_identifier('external_id_hash')) }}

with

holders as (

    select
        node,
        identifier_hash,
        identifier_type,
        identifier_value,
        profile_id,
        status,
        first_event_id,
        first_seen_at,
        last_seen_at,
        first_received_at,
        last_received_at

    from {{ ref('identity_holders') }}

    where {{ is_of_new_node() }}

),

owners as (

    select
        node,
        owner_node

    from {{ ref('identity_owners') }}

    where {{ is_of_new_node() }}

),

links as (

    select
        node_a,
        node_b,
        event_id,
        received_at

    from {{ ref('identity_links') }}

    where
        event_id is not null
        and {{ is_of_new_node('node_a') }}

),

-- The event that tied an identifier to its profile is the first link inside it.
inner_links as (

    select
        links.node_a,
        links.node_b,
        links.event_id,
        links.received_at

    from links

    inner join owners as owners_a
        on links.node_a = owners_a.node

    inner join owners as owners_b
        on links.node_b = owners_b.node

    where owners_a.owner_node = owners_b.owner_node

),

link_ends as (

    select
        node_a as node,
        event_id,
        received_at
    from inner_links

    union all

    select
        node_b as node,
        event_id,
        received_at
    from inner_links

),

first_links as (

    select
        node,
        {{ earliest_text('event_id', 'received_at') }} as event_id

    from link_ends

    group by 1

),

mapped as (

    select
        holders.identifier_hash as external_id_hash,
        holders.identifier_type,
        holders.identifier_value,
        holders.profile_id,
        holders.status,
        holders.first_seen_at,
        holders.last_seen_at,
        holders.first_received_at,
        holders.last_received_at,
        coalesce(first_links.event_id, holders.first_event_id) as triggering_event_id

    from holders

    left join first_links
        on holders.node = first_links.node

)

select * from mapped
