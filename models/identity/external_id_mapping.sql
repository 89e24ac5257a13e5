{{ config(**identifier_by_identifier('external_id_hash')) }}

with

identifiers as (

    select
        node,
        identifier_hash,
        identifier_type,
        identifier_value,
        first_event_id,
        first_seen_at,
        last_seen_at,
        first_received_at,
        last_received_at

    from {{ ref('identity_identifiers') }}

    where {{ is_of_new_node() }}

),

owners as (

    select
        node,
        status,
        owner_node

    from {{ ref('identity_owners') }}

    where {{ is_of_new_node() }}

),

over_limit as (

    select node

    from {{ ref('over_limit_identifiers') }}

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

ranked_links as (

    select
        node,
        event_id,
        row_number() over (
            partition by node
            order by received_at, {{ in_byte_order('event_id') }}
        ) as receipt_rank

    from link_ends

),

-- What is over a limit goes alone: what hangs behind it stays with the profile.
mapped as (

    select
        identifiers.identifier_hash as external_id_hash,
        identifiers.identifier_type,
        identifiers.identifier_value,
        case
            when over_limit.node is not null then identifiers.identifier_hash
            else canonical.identifier_hash
        end as profile_id,
        case when over_limit.node is not null then 'over_limit' else owners.status end
            as status,
        identifiers.first_seen_at,
        identifiers.last_seen_at,
        identifiers.first_received_at,
        identifiers.last_received_at,
        coalesce(
            ranked_links.event_id, identifiers.first_event_id
        ) as triggering_event_id

    from identifiers

    inner join owners
        on identifiers.node = owners.node

    left join identifiers as canonical
        on owners.owner_node = canonical.node

    left join over_limit
        on identifiers.node = over_limit.node

    left join ranked_links
        on
            identifiers.node = ranked_links.node
            and ranked_links.receipt_rank = 1

)

select * from mapped
