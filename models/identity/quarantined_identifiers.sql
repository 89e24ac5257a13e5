{{ config(**node_by_node()) }}

with

links as (

    select
        node_a,
        node_b

    from {{ ref('identity_links') }}

    where {{ is_of_new_node('node_a') }}

),

identifiers as (

    select
        node,
        identifier_hash,
        identifier_type,
        identifier_value,
        max_degree

    from {{ ref('identity_identifiers') }}

    where
        not is_person
        and max_degree is not null
        and {{ is_of_new_node() }}

),

ends as (

    select node_a as node
    from links

    union all

    select node_b
    from links

),

degrees as (

    select
        node,
        count(*) as degree

    from ends

    group by 1

),

super_nodes as (

    select
        identifiers.identifier_hash,
        identifiers.identifier_type,
        identifiers.identifier_value,
        identifiers.node,
        degrees.degree,
        identifiers.max_degree

    from degrees

    inner join identifiers
        on degrees.node = identifiers.node

    where degrees.degree > identifiers.max_degree

)

select * from super_nodes
