{{ config(**node_by_node(materialized='connected_components')) }}

with

conflict_links as (

    select
        from_node,
        to_node

    from {{ ref('identity_conflict_links') }}

    where {{ is_of_new_node('from_node') }}

),

settled as (

    select node

    from {{ ref('identity_ownership') }}

),

-- What no person reaches lies behind a shared identifier.
behind as (

    select
        conflict_links.from_node as node_a,
        conflict_links.to_node as node_b

    from conflict_links

    where
        conflict_links.from_node not in (select settled.node from settled)
        and conflict_links.to_node not in (select settled.node from settled)

)

select * from behind
