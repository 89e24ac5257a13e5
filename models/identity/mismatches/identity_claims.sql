with

observations as (

    select
        set_key,
        identifier_type,
        identifier_value

    from {{ ref('identity_observations') }}

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

mapping as (

    select
        identifier_type,
        identifier_value,
        profile_id

    from {{ ref('external_id_mapping') }}

    where profile_id is not null

),

people as (

    select
        observations.set_key,
        mapping.profile_id

    from observations

    inner join identifier_types
        on observations.identifier_type = identifier_types.identifier_type

    inner join mapping
        on
            observations.identifier_type = mapping.identifier_type
            and observations.identifier_value = mapping.identifier_value

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
        max(sets.last_seen_at) as last_seen_at

    from things

    inner join people
        on things.set_key = people.set_key

    inner join sets
        on things.set_key = sets.set_key

    group by 1, 2, 3

),

keyed as (

    select
        {{ dbt.hash(dbt.concat([
            "identifier_type", "':'", "identifier_value", "':'", "profile_id"
        ])) }} as claim_id,
        identifier_type,
        identifier_value,
        profile_id,
        first_seen_at,
        last_seen_at

    from claims

)

select * from keyed
