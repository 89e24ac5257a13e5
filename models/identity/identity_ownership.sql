{{ config(materialized='ownership_growth') }}

with

conflict_links as (

    select
        from_node,
        to_node,
        to_tier,
        from_is_person

    from {{ ref('identity_conflict_links') }}

)

select * from conflict_links
