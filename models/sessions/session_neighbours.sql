{%- set hours, pause = var('shared_device_max_hours'), var('sitting_pause_minutes') -%}

with

sittings as (

    select
        session_id,
        anonymous_id,
        started_at,
        finished_at,
        sitting_started_at,
        sitting_finished_at

    from {{ ref('session_sittings') }}

),

identifications as (

    select session_id

    from {{ ref('session_identifications') }}

),

calls as (

    select
        event_id,
        profile_id,
        anonymous_id,
        occurred_at

    from {{ ref('identity_calls') }}

),

-- The more people a device has, the sooner another one sits there.
devices as (

    select
        anonymous_id,
        greatest(
            {{ pause }},
            cast(
                floor({{ hours * 120 }} / cast(
                    greatest(2, count(distinct profile_id))
                    as {{ dbt.type_numeric() }}
                )) as integer
            )
        ) as reach_minutes

    from calls

    where anonymous_id in (select sittings.anonymous_id from sittings)

    group by 1

),

-- A call counts in the sitting, or within a pause of it, and never hours away.
unidentified as (

    select
        sittings.session_id,
        sittings.anonymous_id,
        sittings.started_at,
        sittings.finished_at,
        greatest(
            {{ dbt.dateadd('minute', -pause, 'sittings.sitting_started_at') }},
            {{ dbt.dateadd('minute', '-devices.reach_minutes', 'sittings.started_at') }}
        ) as earliest_at,
        least(
            {{ dbt.dateadd('minute', pause, 'sittings.sitting_finished_at') }},
            {{ dbt.dateadd('minute', 'devices.reach_minutes', 'sittings.finished_at') }}
        ) as latest_at

    from sittings

    inner join devices
        on sittings.anonymous_id = devices.anonymous_id

    left join identifications
        on sittings.session_id = identifications.session_id

    where identifications.session_id is null

),

neighbours as (

    select
        unidentified.session_id,
        calls.event_id,
        calls.profile_id,
        calls.occurred_at,
        case
            when calls.occurred_at > unidentified.finished_at then 'next'
            else 'previous'
        end as direction

    from unidentified

    inner join calls
        on
            unidentified.anonymous_id = calls.anonymous_id
            and calls.occurred_at
            between unidentified.earliest_at and unidentified.latest_at
            and calls.occurred_at
            not between unidentified.started_at and unidentified.finished_at

),

ranked as (

    select
        session_id,
        event_id,
        profile_id,
        direction,
        row_number() over (
            partition by session_id, direction
            order by
                case when direction = 'next' then occurred_at end asc nulls last,
                occurred_at desc,
                {{ in_byte_order('event_id') }} asc
        ) as nearness

    from neighbours

),

nearest as (

    select
        session_id || ':' || direction as neighbour_id,
        session_id,
        event_id,
        profile_id,
        direction

    from ranked

    where nearness = 1

)

select * from nearest
