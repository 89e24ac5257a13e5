-- depends_on: {{ ref('identity_identifiers') }}
{{ config(**identifier_by_identifier('profile_id')) }}

with

set_nodes as (

    select strongest_node

    from {{ ref('identity_set_nodes') }}

    where {{ is_of_new_node('strongest_node') }}

),

holders as (

    select
        node,
        identifier_hash,
        profile_id,
        first_seen_at,
        first_received_at

    from {{ ref('identity_holders') }}

    where {{ is_of_new_node() }}

),

-- Every event's strongest identifier named a profile when it arrived. Today's own
-- names are added: what lies behind a shared identifier was never the strongest.
graph as (

    select
        identifier_hash as profile_id,
        profile_id as canonical_profile_id,
        first_received_at as received_at,
        first_seen_at as timestamp

    from holders

    where
        identifier_hash in (select named.profile_id from holders as named)
        or node in (select set_nodes.strongest_node from set_nodes)

)

select * from graph
