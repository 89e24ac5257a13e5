{{ config(**node_by_node(materialized='connected_components')) }}

with

bridges as (

    select
        node_a,
        node_b

    from {{ ref('identity_bridges') }}

    where {{ is_of_new_node('node_a') }}

)

select * from bridges
