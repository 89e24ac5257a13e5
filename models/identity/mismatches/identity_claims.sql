{{ config(**node_by_node()) }}

with

observations as (

    select
        set_key,
        identifier_type,
        identifier_value

    from {{ ref('identity_observations') }}

    where {{ is_of_new_key() }}

),

sets as (

    select
        set_key,
        first_seen_at,
        last_seen_at

    from {{ ref('identity_sets') }}

    where is_linking

),

identifier_types as (

    select
        identifier_type,
        is_person

    from {{ ref('identifier_types') }}

),

holders as (

    select
        node,
        identifier_type,
        identifier_value,
        profile_id

    from {{ ref('identity_holders') }}

    where
        profile_id is not null
        and {{ is_of_new_node() }}

),

people as (

    select
        observations.set_key,
        holders.profile_id,
        holders.node

    from observations

    inner join identifier_types
        on observations.identifier_type = identifier_types.identifier_type

    inner join holders
        on
            observations.identifier_type = holders.identifier_type
            and observations.identifier_value = holders.identifier_value

    where identifier_types.is_person

),

things as (

    select
        observations.set_key,
        observations.identifier_type,
        observations.identifier_value

    from observations

    inner join identifier_types
        on observations.identifier_type = identifier_types.identifier_type

    where not identifier_types.is_person

),

claims as (

    select
        things.identifier_type,
        things.identifier_value,
        people.profile_id,
        min(sets.first_seen_at) as first_seen_at,
        max(sets.last_seen_at) as last_seen_at,
        min(people.node) as node

    from things

    inner join people
        on things.set_key = people.set_key

    inner join sets
        on things.set_key = sets.set_key

    group by 1, 2, 3

),

-- All who claim an identifier are of one cluster. What one person claims is theirs.
contested as (

    select
        identifier_type,
        identifier_value

    from claims

    group by 1, 2

    having count(*) > 1

),

keyed as (

    select
        {{ dbt.hash(dbt.concat([
            "claims.identifier_type",
            "':'", "claims.identifier_value",
            "':'", "claims.profile_id",
        ])) }} as claim_id,
        claims.identifier_type,
        claims.identifier_value,
        claims.profile_id,
        claims.first_seen_at,
        claims.last_seen_at,
        claims.node

    from claims

    inner join contested
        on
            claims.identifier_type = contested.identifier_type
            and claims.identifier_value = contested.identifier_value

)

select * from keyed
