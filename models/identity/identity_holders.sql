{{ config(**node_by_node()) }}

with

identifiers as (

    select
        node,
        identifier_hash,
        identifier_key,
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

-- What is over a limit goes alone: what hangs behind it stays with the profile.
holders as (

    select
        identifiers.node,
        identifiers.identifier_hash,
        identifiers.identifier_key,
        identifiers.identifier_type,
        identifiers.identifier_value,
        case
            when over_limit.node is not null then identifiers.identifier_hash
            else canonical.identifier_hash
        end as profile_id,
        case when over_limit.node is not null then 'over_limit' else owners.status end
            as status,
        identifiers.first_event_id,
        identifiers.first_seen_at,
        identifiers.last_seen_at,
        identifiers.first_received_at,
        identifiers.last_received_at

    from identifiers

    inner join owners
        on identifiers.node = owners.node

    left join identifiers as canonical
        on owners.owner_node = canonical.node

    left join over_limit
        on identifiers.node = over_limit.node

)

select * from holders
