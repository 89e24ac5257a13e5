with

sessions as (

    select
        session_id,
        anonymous_id,
        started_at,
        finished_at

    from {{ ref('session_spans') }}

),

identifications as (

    select session_id

    from {{ ref('session_identifications') }}

),

shared_devices as (

    select identifier_value

    from {{ ref('external_id_mapping') }}

    where
        identifier_type = 'anonymous_id'
        and status <> 'owned'

    union all

    select anonymous_id as identifier_value

    from {{ ref('forgetful_devices') }}

),

calls as (

    select
        event_id,
        user_id,
        anonymous_id,
        occurred_at

    from {{ ref('identity_calls') }}

),

unidentified as (

    select
        sessions.session_id,
        sessions.anonymous_id,
        sessions.started_at,
        sessions.finished_at

    from sessions

    inner join shared_devices
        on sessions.anonymous_id = shared_devices.identifier_value

    left join identifications
        on sessions.session_id = identifications.session_id

    where identifications.session_id is null

),

neighbours as (

    select
        unidentified.session_id,
        calls.event_id,
        calls.user_id,
        calls.occurred_at,
        case
            when calls.occurred_at > unidentified.finished_at then 'next'
            else 'previous'
        end as direction

    from unidentified

    inner join calls
        on
            unidentified.anonymous_id = calls.anonymous_id
            and (
                calls.occurred_at > unidentified.finished_at
                or calls.occurred_at < unidentified.started_at
            )
            and calls.occurred_at <= {{ dbt.dateadd(
                'hour', var('shared_device_max_hours'), 'unidentified.finished_at'
            ) }}
            and calls.occurred_at >= {{ dbt.dateadd(
                'hour', -var('shared_device_max_hours'), 'unidentified.started_at'
            ) }}

),

ranked as (

    select
        session_id,
        event_id,
        user_id,
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
        user_id,
        direction

    from ranked

    where nearness = 1

)

select * from nearest
