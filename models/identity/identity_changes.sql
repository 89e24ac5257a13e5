-- depends_on: {{ ref('identity_identifiers') }}
{%- set told_places = told_before('identity_told_places', 'node') -%}
{%- set told_facts = told_before('identity_told_facts', 'fact_number') -%}
{%- set is_told = told_places and told_facts -%}
{%- set seen_node = told_node('identity_told_facts') -%}
{%- set fact_columns = [
    'fact_number', 'fact_kind', 'cause', 'identifier_hash', 'other_hash', 'seed_value',
    'event_id', 'received_at'
] %}

with

facts as (

    select
        fact_number,
        fact_kind,
        cause,
        identifier_hash,
        other_hash,
        seed_value,
        event_id,
        received_at

    from {{ ref('identity_facts') }}

    where
        {{ 1 if is_told else 0 }} = 1
        and (
            node > {{ seen_node }}
            or node = 0
        )

),

-- What was told of clusters that are as they were is not looked at. Where nothing was
-- told yet, nothing changed.
{% if is_told %}

    told_facts as (

        {{ told_of_changed_clusters(told_facts, fact_columns, seen_node) }}

    ),

{% else %}

    told_facts as (

        select *

        from facts

    ),

{% endif %}

events as (

    select event_id

    from {{ ref('identity_events') }}

),

unlinked_events as (

    select event_id

    from {{ ref('identity_overrides') }}

    where rule = 'must_not_link'

),

gained as (

    select
        facts.*,
        1 as is_gained

    from facts

    left join told_facts
        on facts.fact_number = told_facts.fact_number

    where told_facts.fact_number is null

),

lost as (

    select
        told_facts.*,
        0 as is_gained

    from told_facts

    left join facts
        on told_facts.fact_number = facts.fact_number

    where facts.fact_number is null

),

seed_changes as (

    select count(*) as changed_rows

    from (
        select fact_number
        from gained
        where cause = 'seed'
        union all
        select fact_number
        from lost
        where cause = 'seed'
    ) as either

),

-- Another event is the first that says so. The earlier one is the news: it came late,
-- or it is gone.
replaced as (

    select
        case
            when lost.received_at < gained.received_at then gained.fact_number
            else lost.fact_number
        end as fact_number

    from lost

    inner join gained
        on
            lost.fact_kind = gained.fact_kind
            and lost.identifier_hash = gained.identifier_hash
            and lost.other_hash = gained.other_hash

    where lost.fact_kind in ('seen', 'link')

),

explained_losses as (

    select
        lost.fact_number,
        lost.fact_kind,
        case
            when lost.cause not in ('event', 'alias') then lost.cause
            when unlinked_events.event_id is not null then 'override'
            when events.event_id is null then 'removed_event'
            when seed_changes.changed_rows > 0 then 'seed'
            else lost.cause
        end as cause,
        lost.identifier_hash,
        lost.other_hash,
        lost.seed_value,
        lost.event_id,
        lost.received_at,
        lost.is_gained

    from lost

    cross join seed_changes

    left join events
        on lost.event_id = events.event_id

    left join unlinked_events
        on lost.event_id = unlinked_events.event_id

),

either as (

    select * from gained

    union all

    select * from explained_losses

),

changes as (

    select *

    from either

    where fact_number not in (select replaced.fact_number from replaced)

)

select * from changes
