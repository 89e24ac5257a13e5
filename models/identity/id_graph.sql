{{ config(**identifier_by_identifier('profile_id')) }}

with

set_nodes as (

    select distinct strongest_node as node

    from {{ ref('identity_set_nodes') }}

    where {{ is_of_new_node('strongest_node') }}

),

identifiers as (

    select
        node,
        identifier_hash,
        first_seen_at,
        first_received_at

    from {{ ref('identity_identifiers') }}

    where {{ is_of_new_node() }}

),

mapping as (

    select
        external_id_hash,
        profile_id

    from {{ ref('external_id_mapping') }}

    where {{ is_of_new_identifier('external_id_hash') }}

),

-- Every event's strongest identifier named a profile when it arrived. Today's own
-- names are added: what lies behind a shared identifier was never the strongest.
named as (

    select identifiers.identifier_hash as profile_id
    from set_nodes
    inner join identifiers
        on set_nodes.node = identifiers.node

    union

    select profile_id
    from mapping
    where profile_id is not null

),

graph as (

    select
        named.profile_id,
        mapping.profile_id as canonical_profile_id,
        identifiers.first_received_at as received_at,
        identifiers.first_seen_at as timestamp

    from named

    inner join mapping
        on named.profile_id = mapping.external_id_hash

    inner join identifiers
        on named.profile_id = identifiers.identifier_hash

)

select * from graph
