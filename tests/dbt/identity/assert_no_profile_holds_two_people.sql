-- Two user ids are two people unless an alias or an override says otherwise. A row is
-- a profile that swallowed somebody: sessions and traits of two people are mixed.
{{ config(
    group='identity',
    meta={'dagster': {'ref': {'name': 'profiles'}}}
) }}

with

mapping as (

    select
        identifier_type,
        identifier_value,
        profile_id

    from {{ ref('external_id_mapping') }}

),

identifiers as (

    select
        node,
        identifier_type,
        identifier_value

    from {{ ref('identity_identifiers') }}

),

persons as (

    select
        node,
        person_node

    from {{ ref('identity_persons') }}

)

select
    mapping.profile_id,
    count(distinct persons.person_node) as person_count

from mapping

inner join identifiers
    on
        mapping.identifier_type = identifiers.identifier_type
        and mapping.identifier_value = identifiers.identifier_value

inner join persons
    on identifiers.node = persons.node

group by 1

having count(distinct persons.person_node) > 1
