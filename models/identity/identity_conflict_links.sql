with

bridges as (

    select
        node_a,
        node_b

    from {{ ref('identity_bridges') }}

    where node_a <> node_b

),

components as (

    select
        node,
        component

    from {{ ref('identity_components') }}

),

conflicts as (

    select component

    from {{ ref('identity_conflicts') }}

),

identifiers as (

    select
        node,
        tier,
        is_person

    from {{ ref('identity_identifiers') }}

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
