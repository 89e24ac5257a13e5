{{ config(materialized='connected_components') }}

with

bridges as (

    select
        node_a,
        node_b

    from {{ ref('identity_bridges') }}

)

select * from bridges
