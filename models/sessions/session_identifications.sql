with

sessions as (

    select
        session_id,
        anonymous_id,
        started_at,
        coalesce(ended_at, last_event_at, started_at) as finished_at

    from {{ ref('stg_relyv__sessions') }}

),

calls as (

    select
        event_id,
        user_id,
        anonymous_id,
        session_id,
        occurred_at,
        received_at

    from {{ ref('identity_calls') }}

),

inside as (

    select
        session_id,
        event_id,
        user_id,
        occurred_at
    from calls
    where session_id is not null

    union all

    select
        sessions.session_id,
        calls.event_id,
        calls.user_id,
        calls.occurred_at
    from sessions
    inner join calls
        on
            sessions.anonymous_id = calls.anonymous_id
            and calls.occurred_at between sessions.started_at and sessions.finished_at
    where calls.session_id is null

),

-- A change of user inside a session: the last one holds it.
ranked as (

    select
        session_id,
        event_id,
        user_id,
        row_number() over (
            partition by session_id
            order by occurred_at desc, {{ in_byte_order('event_id') }} desc
        ) as recency

    from inside

),

last_identified as (

    select
        session_id,
        event_id,
        user_id

    from ranked

    where recency = 1

)

select * from last_identified
