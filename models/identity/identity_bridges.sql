{{ config(**node_by_node('node_a')) }}

with

links as (

    select
        node_a,
        node_b

    from {{ ref('identity_links') }}

    where {{ is_of_new_node('node_a') }}

),

persons as (

    select
        node,
        person_node

    from {{ ref('identity_persons') }}

),

unlinkable as (

    select node
    from {{ ref('quarantined_identifiers') }}

    union all

    select node
    from {{ ref('identity_kiosks') }}

),

-- All user ids of a person are one node from here on.
bridges as (

    select distinct
        coalesce(persons_a.person_node, links.node_a) as node_a,
        coalesce(persons_b.person_node, links.node_b) as node_b

    from links

    left join persons as persons_a
        on links.node_a = persons_a.node

    left join persons as persons_b
        on links.node_b = persons_b.node

    where
        links.node_a not in (select unlinkable.node from unlinkable)
        and links.node_b not in (select unlinkable.node from unlinkable)

)

select * from bridges
