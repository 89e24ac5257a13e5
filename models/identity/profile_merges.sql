{{ config(**identifier_by_identifier('profile_id')) }}

with

identifiers as (

    select
        node,
        identifier_hash,
        is_person

    from {{ ref('identity_identifiers') }}

    where {{ is_of_new_node() }}

),

-- Two people become one by an alias or an override only; links say nothing of them.
graph as (

    select
        id_graph.profile_id,
        id_graph.canonical_profile_id,
        losers.node as profile_node,
        survivors.node as canonical_node,
        case when losers.is_person then 'people' else 'any' end as scope

    from {{ ref('id_graph') }} as id_graph

    inner join identifiers as losers
        on id_graph.profile_id = losers.identifier_hash

    inner join identifiers as survivors
        on id_graph.canonical_profile_id = survivors.identifier_hash

    where id_graph.profile_id <> id_graph.canonical_profile_id

),

owners as (

    select
        node,
        owner_node

    from {{ ref('identity_owners') }}

    where {{ is_of_new_node() }}

),

scopes as (

    select 'any' as scope
    union all
    select 'people' as scope

),

links as (

    select
        node_a,
        node_b,
        event_id,
        linked_at,
        received_at,
        'any' as scope
    from {{ ref('identity_links') }}
    where {{ is_of_new_node('node_a') }}

    union all

    select
        mergers.kept_node,
        mergers.replaced_node,
        mergers.event_id,
        mergers.merged_at,
        mergers.received_at,
        scopes.scope
    from {{ ref('identity_person_mergers') }} as mergers
    cross join scopes

),

inner_links as (

    select links.*

    from links

    inner join owners as owners_a
        on links.node_a = owners_a.node

    inner join owners as owners_b
        on links.node_b = owners_b.node

    where owners_a.owner_node = owners_b.owner_node

),

link_ends as (

    select
        node_a as node,
        scope,
        event_id,
        linked_at,
        received_at
    from inner_links

    union all

    select
        node_b as node,
        scope,
        event_id,
        linked_at,
        received_at
    from inner_links

),

ranked_links as (

    select
        link_ends.*,
        row_number() over (
            partition by node, scope
            order by
                received_at asc nulls first,
                {{ in_byte_order('event_id') }} asc nulls first
        ) as receipt_rank

    from link_ends

),

sides as (

    select
        profile_id,
        canonical_profile_id,
        scope,
        profile_node as node
    from graph

    union all

    select
        profile_id,
        canonical_profile_id,
        scope,
        canonical_node as node
    from graph

),

-- Two profiles cannot meet before each is linked to something: the later one counts.
ranked as (

    select
        sides.profile_id,
        sides.canonical_profile_id,
        ranked_links.event_id as triggering_event_id,
        ranked_links.received_at,
        ranked_links.linked_at as timestamp,
        row_number() over (
            partition by sides.profile_id
            order by
                ranked_links.received_at desc nulls last,
                {{ in_byte_order('ranked_links.event_id') }} desc nulls last
        ) as recency

    from sides

    inner join ranked_links
        on
            sides.node = ranked_links.node
            and sides.scope = ranked_links.scope

    where ranked_links.receipt_rank = 1

),

met as (

    select
        profile_id,
        canonical_profile_id,
        triggering_event_id,
        received_at,
        ranked.timestamp

    from ranked

    where recency = 1

)

select * from met
