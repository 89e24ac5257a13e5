-- depends_on: {{ ref('identity_stitches') }}
{{ config(**node_by_node()) }}

with

mapping as (

    select
        external_id_hash,
        identifier_type,
        profile_id,
        status

    from {{ ref('external_id_mapping') }}

),

identifiers as (

    select
        node,
        identifier_hash

    from {{ ref('identity_identifiers') }}

    where {{ is_of_new_node() }}

),

places as (

    select
        mapping.external_id_hash as identifier_hash,
        mapping.identifier_type,
        mapping.profile_id,
        mapping.status,
        {{ built_at() }} as told_at,
        identifiers.node

    from mapping

    inner join identifiers
        on mapping.external_id_hash = identifiers.identifier_hash

)

select * from places
