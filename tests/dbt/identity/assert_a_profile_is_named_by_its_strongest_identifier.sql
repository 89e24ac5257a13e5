-- The id of a profile is the hash of an identifier that it owns and none is stronger,
-- except for the user ids of one person, where the last alias chooses.
{{ config(
    group='identity',
    meta={'dagster': {'ref': {'name': 'profiles'}}}
) }}

with

mapping as (

    select
        external_id_hash,
        profile_id

    from {{ ref('external_id_mapping') }}

    where profile_id is not null

),

identifiers as (

    select
        node,
        identifier_hash

    from {{ ref('identity_identifiers') }}

),

persons as (

    select
        node,
        person_node

    from {{ ref('identity_persons') }}

),

strongest as (

    select
        mapping.profile_id,
        min(coalesce(persons.person_node, identifiers.node)) as node

    from mapping

    inner join identifiers
        on mapping.external_id_hash = identifiers.identifier_hash

    left join persons
        on identifiers.node = persons.node

    group by 1

)

select strongest.profile_id

from strongest

left join identifiers
    on strongest.node = identifiers.node

where strongest.profile_id <> identifiers.identifier_hash
