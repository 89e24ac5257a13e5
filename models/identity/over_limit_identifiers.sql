{{ config(**node_by_node()) }}

with

owners as (

    select
        node,
        owner_node

    from {{ ref('identity_owners') }}

    where
        status = 'owned'
        and {{ is_of_new_node() }}

),

identifiers as (

    select
        node,
        identifier_hash,
        identifier_type,
        identifier_value,
        is_person

    from {{ ref('identity_identifiers') }}

    where {{ is_of_new_node() }}

),

identifier_types as (

    select
        identifier_type,
        max_per_profile

    from {{ ref('identifier_types') }}

    where max_per_profile is not null

),

-- Of one type, the number of an identifier is its place by receipt, then by value. The
-- one that names its profile is the first of its type, so it stays.
ranked as (

    select
        identifiers.identifier_hash,
        identifiers.identifier_type,
        identifiers.identifier_value,
        identifiers.node,
        owners.owner_node,
        row_number() over (
            partition by owners.owner_node, identifiers.identifier_type
            order by identifiers.node
        ) as receipt_rank,
        identifier_types.max_per_profile

    from identifiers

    inner join identifier_types
        on identifiers.identifier_type = identifier_types.identifier_type

    inner join owners
        on identifiers.node = owners.node

    where not identifiers.is_person

),

over_limit as (

    select
        ranked.identifier_hash,
        ranked.identifier_type,
        ranked.identifier_value,
        ranked.node,
        canonical.identifier_hash as profile_id,
        ranked.receipt_rank,
        ranked.max_per_profile

    from ranked

    inner join identifiers as canonical
        on ranked.owner_node = canonical.node

    where ranked.receipt_rank > ranked.max_per_profile

)

select * from over_limit
