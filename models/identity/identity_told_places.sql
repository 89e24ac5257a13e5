-- depends_on: {{ ref('identity_stitches') }}
with

mapping as (

    select
        external_id_hash as identifier_hash,
        identifier_type,
        profile_id,
        status,
        {{ built_at() }} as told_at

    from {{ ref('external_id_mapping') }}

)

select * from mapping
