{{ config(materialized='view') }}

with

identifiers as (

    select
        node,
        identifier_hash,
        identifier_key

    from {{ ref('identity_identifiers') }}

),

mapping as (

    select
        external_id_hash,
        identifier_type,
        identifier_value,
        profile_id,
        status

    from {{ ref('external_id_mapping') }}

),

holders as (

    select
        identifiers.node,
        identifiers.identifier_key,
        mapping.identifier_type,
        mapping.identifier_value,
        mapping.profile_id,
        mapping.status

    from identifiers

    inner join mapping
        on identifiers.identifier_hash = mapping.external_id_hash

)

select * from holders
