{%- set first_node = [
    told_node('identity_told_places'), told_node('identity_told_facts')
] | min -%}
{%- set by_weight -%}
    order by
                weight asc,
                is_gained desc,
                received_at desc nulls last,
                {{ in_byte_order('event_id') }} asc nulls last,
                fact_number asc
{%- endset %}

with

changes as (

    select
        fact_number,
        fact_kind,
        cause,
        identifier_hash,
        other_hash,
        seed_value,
        event_id,
        received_at,
        is_gained

    from {{ ref('identity_changes') }}

),

identifiers as (

    select
        node,
        identifier_hash

    from {{ ref('identity_identifiers') }}

    where node > {{ first_node }}

),

-- Identifiers that a seed speaks of, by their value or by their type.
seed_ends as (

    select
        'blocked' as fact_kind,
        lower(identifier_value) as seed_value,
        identifier_hash
    from {{ ref('identity_identifiers') }}
    where
        lower(identifier_value) in (
            select changes.seed_value
            from changes
            where changes.fact_kind = 'blocked'
        )

    union all

    select
        'type' as fact_kind,
        identifier_type as seed_value,
        identifier_hash
    from {{ ref('identity_identifiers') }}
    where
        identifier_type in (
            select changes.seed_value
            from changes
            where changes.fact_kind = 'type'
        )

),

persons as (

    select
        node,
        person_node

    from {{ ref('identity_persons') }}

    where node > {{ first_node }}

),

components as (

    select
        node,
        component

    from {{ ref('identity_components') }}

    where node > {{ first_node }}

),

-- A change is felt in the component of either end, a seed's where its values are.
ends as (

    select
        changes.*,
        changes.identifier_hash as end_hash
    from changes

    union all

    select
        changes.*,
        changes.other_hash as end_hash
    from changes

    union all

    select
        changes.*,
        seed_ends.identifier_hash as end_hash
    from changes
    inner join seed_ends
        on
            changes.fact_kind = seed_ends.fact_kind
            and changes.seed_value = seed_ends.seed_value

),

placed as (

    select
        identifiers.identifier_hash,
        coalesce(
            components.component, persons.person_node, identifiers.node
        ) as component

    from identifiers

    left join persons
        on identifiers.node = persons.node

    left join components
        on coalesce(persons.person_node, identifiers.node) = components.node

),

weighed as (

    select
        ends.end_hash,
        placed.component,
        ends.cause,
        ends.event_id,
        ends.is_gained,
        ends.received_at,
        ends.fact_number,
        case ends.cause
            when 'override' then 1
            when 'seed' then 2
            when 'limit' then 3
            when 'alias' then 4
            else 5
        end as weight

    from ends

    left join placed
        on ends.end_hash = placed.identifier_hash

),

ranked_changes as (

    select
        weighed.*,
        row_number() over (
            partition by end_hash
            {{ by_weight }}
        ) as own_rank,
        row_number() over (
            partition by component
            {{ by_weight }}
        ) as component_rank

    from weighed

),

own_changes as (

    select
        end_hash as identifier_hash,
        weight,
        cause,
        event_id

    from ranked_changes

    where
        own_rank = 1
        and end_hash is not null

),

near_changes as (

    select
        placed.identifier_hash,
        ranked_changes.weight,
        ranked_changes.cause,
        ranked_changes.event_id

    from placed

    inner join ranked_changes
        on
            placed.component = ranked_changes.component
            and ranked_changes.component_rank = 1

),

-- Its own change, unless one beside it weighs more.
causes as (

    select
        coalesce(own.identifier_hash, near.identifier_hash) as identifier_hash,
        case
            when coalesce(own.weight, 9) <= coalesce(near.weight, 9) then own.cause
            else near.cause
        end as cause,
        case
            when coalesce(own.weight, 9) <= coalesce(near.weight, 9) then own.event_id
            else near.event_id
        end as event_id

    from own_changes as own

    full outer join near_changes as near
        on own.identifier_hash = near.identifier_hash

)

select * from causes
