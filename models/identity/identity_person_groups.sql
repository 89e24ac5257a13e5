{{ config(**after_numbering(materialized='connected_components')) }}

with

mergers as (

    select
        kept_node as node_a,
        replaced_node as node_b

    from {{ ref('identity_person_mergers') }}

)

select * from mergers
