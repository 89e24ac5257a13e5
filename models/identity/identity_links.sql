{{ config(**node_by_node('node_a')) }}

with

set_nodes as (

    select
        set_key,
        node,
        strongest_node

    from {{ ref('identity_set_nodes') }}

    where
        node <> strongest_node
        and {{ is_of_new_node() }}

),

sets as (

    select
        set_key,
        first_event_id,
        first_received_at,
        first_seen_at

    from {{ ref('identity_sets') }}

    where is_linking

),

aliases as (

    select
        event_id,
        previous_type,
        previous_id,
        user_id,
        occurred_at,
        received_at

    from {{ ref('identity_aliases') }}

    where previous_type <> 'user_id'

),

same_person_overrides as (

    select
        identifier_type,
        identifier_value,
        other_type,
        other_value

    from {{ ref('identity_overrides') }}

    where rule = 'same_person'

),

identifiers as (

    select
        node,
        identifier_type,
        identifier_value,
        is_person,
        first_seen_at,
        first_received_at

    from {{ ref('identity_identifiers') }}

    where {{ is_of_new_node() }}

),

-- A star: each event ties its strongest identifier to each of its others.
star_links as (

    select
        set_nodes.strongest_node as node_a,
        set_nodes.node as node_b,
        sets.first_event_id as event_id,
        sets.first_seen_at as linked_at,
        sets.first_received_at as received_at

    from set_nodes

    inner join sets
        on set_nodes.set_key = sets.set_key

),

alias_links as (

    select
        least(users.node, devices.node) as node_a,
        greatest(users.node, devices.node) as node_b,
        aliases.event_id,
        aliases.occurred_at as linked_at,
        aliases.received_at

    from aliases

    inner join identifiers as users
        on
            users.identifier_type = 'user_id'
            and aliases.user_id = users.identifier_value

    inner join identifiers as devices
        on
            aliases.previous_type = devices.identifier_type
            and aliases.previous_id = devices.identifier_value

),

-- Two user ids that are one person are an alias, not a link.
override_links as (

    select
        least(identifiers.node, others.node) as node_a,
        greatest(identifiers.node, others.node) as node_b,
        cast(null as {{ dbt.type_string() }}) as event_id,
        greatest(identifiers.first_seen_at, others.first_seen_at) as linked_at,
        greatest(
            identifiers.first_received_at, others.first_received_at
        ) as received_at

    from same_person_overrides

    inner join identifiers
        on
            same_person_overrides.identifier_type = identifiers.identifier_type
            and same_person_overrides.identifier_value = identifiers.identifier_value

    inner join identifiers as others
        on
            same_person_overrides.other_type = others.identifier_type
            and same_person_overrides.other_value = others.identifier_value

    where
        identifiers.node <> others.node
        and not (identifiers.is_person and others.is_person)

),

all_links as (

    select * from star_links

    union all

    select * from alias_links

    union all

    select * from override_links

),

ranked as (

    select
        node_a,
        node_b,
        event_id,
        linked_at,
        received_at,
        row_number() over (
            partition by node_a, node_b
            order by received_at asc, {{ in_byte_order('event_id') }} asc nulls last
        ) as receipt_rank

    from all_links

),

first_links as (

    select
        node_a,
        node_b,
        event_id,
        linked_at,
        received_at

    from ranked

    where receipt_rank = 1

)

select * from first_links
