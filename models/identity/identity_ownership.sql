{{ config(**node_by_node(materialized='ownership_growth')) }}

with

conflict_links as (

    select
        from_node,
        to_node,
        to_tier,
        from_is_person

    from {{ ref('identity_conflict_links') }}

    where {{ is_of_new_node('from_node') }}

)

select * from conflict_links
