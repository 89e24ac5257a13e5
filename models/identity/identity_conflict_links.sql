{{ config(**node_by_node('from_node')) }}

with

bridges as (

    select
        node_a,
        node_b

    from {{ ref('identity_bridges') }}

    where
        node_a <> node_b
        and {{ is_of_new_node('node_a') }}

),

components as (

    select
        node,
        component

    from {{ ref('identity_components') }}

    where {{ is_of_new_node() }}

),

conflicts as (

    select component

    from {{ ref('identity_conflicts') }}

    where {{ is_of_new_node('component') }}

),

identifiers as (

    select
        node,
        tier,
        is_person

    from {{ ref('identity_identifiers') }}

    where {{ is_of_new_node() }}

),

directions as (

    select
        node_a as from_node,
        node_b as to_node
    from bridges

    union

    select
        node_b as from_node,
        node_a as to_node
    from bridges

),

conflicted as (

    select
        directions.from_node,
        directions.to_node,
        targets.tier as to_tier,
        origins.is_person as from_is_person

    from directions

    inner join components
        on directions.from_node = components.node

    inner join conflicts
        on components.component = conflicts.component

    inner join identifiers as origins
        on directions.from_node = origins.node

    inner join identifiers as targets
        on directions.to_node = targets.node

)

select * from conflicted
