{{ config(**node_by_node('component')) }}

with

components as (

    select
        node,
        component

    from {{ ref('identity_components') }}

    where {{ is_of_new_node() }}

),

persons as (

    select node

    from {{ ref('identity_identifiers') }}

    where
        is_person
        and {{ is_of_new_node() }}

),

conflicts as (

    select
        components.component,
        count(*) as person_count

    from components

    inner join persons
        on components.node = persons.node

    group by 1

    having count(*) > 1

)

select * from conflicts
