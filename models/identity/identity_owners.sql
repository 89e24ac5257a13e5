{{ config(**node_by_node()) }}

with

identifiers as (

    select node

    from {{ ref('identity_identifiers') }}

    where {{ is_of_new_node() }}

),

persons as (

    select
        node,
        person_node

    from {{ ref('identity_persons') }}

    where {{ is_of_new_node() }}

),

quarantined as (

    select node

    from {{ ref('quarantined_identifiers') }}

),

kiosks as (

    select node

    from {{ ref('identity_kiosks') }}

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

ownership as (

    select
        node,
        owner

    from {{ ref('identity_ownership') }}

    where {{ is_of_new_node() }}

),

remainders as (

    select
        node,
        component

    from {{ ref('identity_remainders') }}

    where {{ is_of_new_node() }}

),

contracted as (

    select
        identifiers.node,
        coalesce(persons.person_node, identifiers.node) as graph_node

    from identifiers

    left join persons
        on identifiers.node = persons.node

),

-- In a clean component the smallest node is the owner; in a conflicted one growth said
-- who it is, and what it did not reach is on its own.
owned as (

    select
        contracted.node,
        case
            when kiosks.node is not null then 'shared'
            when quarantined.node is not null then 'quarantined'
            when ownership.node is not null and ownership.owner is null
                then 'shared'
            else 'owned'
        end as status,
        case
            when kiosks.node is not null then null
            when ownership.node is not null then ownership.owner
            when conflicts.component is not null
                then coalesce(remainders.component, contracted.graph_node)
            else coalesce(components.component, contracted.graph_node)
        end as owner_node

    from contracted

    left join kiosks
        on contracted.graph_node = kiosks.node

    left join quarantined
        on contracted.graph_node = quarantined.node

    left join components
        on contracted.graph_node = components.node

    left join conflicts
        on components.component = conflicts.component

    left join ownership
        on contracted.graph_node = ownership.node

    left join remainders
        on contracted.graph_node = remainders.node

)

select * from owned
