with

spans as (

    select
        session_id,
        anonymous_id,
        started_at,
        finished_at

    from {{ ref('session_spans') }}

),

calls as (

    select
        event_id,
        user_id,
        profile_id,
        anonymous_id,
        session_id,
        occurred_at

    from {{ ref('identity_calls') }}

),

inside as (

    select
        session_id,
        event_id,
        user_id,
        profile_id,
        occurred_at
    from calls
    where session_id is not null

    union all

    select
        spans.session_id,
        calls.event_id,
        calls.user_id,
        calls.profile_id,
        calls.occurred_at
    from spans
    inner join calls
        on
            spans.anonymous_id = calls.anonymous_id
            and calls.occurred_at between spans.started_at and spans.finished_at
    where calls.session_id is null

),

-- Two ids of one person are one user.
named as (

    select
        *,
        max(case when event_id <> session_id then occurred_at end) over (
            partition by session_id, profile_id
        ) as last_call_at

    from inside

),

-- The session's own row says who, but not always when: a call of the same user that
-- comes later knows better.
compared as (

    select
        session_id,
        event_id,
        user_id,
        profile_id,
        occurred_at,
        lag(profile_id) over (
            partition by session_id
            order by occurred_at, {{ in_byte_order('event_id') }}
        ) as previous_profile_id

    from named

    where
        event_id <> session_id
        or last_call_at is null
        or last_call_at < occurred_at

),

changes as (

    select
        session_id,
        event_id,
        user_id,
        profile_id,
        occurred_at,
        row_number() over (
            partition by session_id
            order by occurred_at, {{ in_byte_order('event_id') }}
        ) as change_number

    from compared

    where previous_profile_id is null or previous_profile_id <> profile_id

),

identifications as (

    select
        session_id || ':' || change_number as identification_id,
        session_id,
        event_id,
        user_id,
        profile_id,
        change_number,
        occurred_at

    from changes

)

select * from identifications
