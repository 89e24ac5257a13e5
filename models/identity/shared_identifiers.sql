with

identifiers as (

    select
        external_id_hash,
        identifier_type,
        identifier_value,
        first_seen_at,
        last_seen_at

    from {{ ref('external_id_mapping') }}

    where status = 'shared'

)

select * from identifiers
