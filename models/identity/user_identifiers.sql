{{ config(materialized='view') }}

with

identifiers as (

    select
        external_id_hash,
        profile_id as canonical_profile_id,
        identifier_type as type,
        identifier_value as value,
        first_received_at as received_at,
        first_seen_at as timestamp

    from {{ ref('external_id_mapping') }}

    where profile_id is not null

)

select * from identifiers
