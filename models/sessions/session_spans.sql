with

sessions as (

    select
        session_id,
        anonymous_id,
        identified_at,
        started_at,
        ended_at,
        last_event_at,
        updated_at,
        first_loaded_at

    from {{ ref('stg_relyv__sessions') }}

),

contents as (

    select
        session_id,
        first_event_at,
        last_event_at

    from {{ ref('session_contents') }}

),

-- A session's row may lag behind its events, or leave out its times: what is known of
-- either counts.
known as (

    select
        sessions.session_id,
        sessions.anonymous_id,
        coalesce(
            sessions.started_at,
            contents.first_event_at,
            sessions.identified_at,
            sessions.updated_at,
            sessions.first_loaded_at
        ) as started_at,
        sessions.ended_at,
        case
            when sessions.last_event_at > contents.last_event_at
                then sessions.last_event_at
            else coalesce(contents.last_event_at, sessions.last_event_at)
        end as last_event_at

    from sessions

    left join contents
        on sessions.session_id = contents.session_id

),

-- A clock that was put back does not make a session end before it began.
spans as (

    select
        session_id,
        anonymous_id,
        started_at,
        last_event_at,
        greatest(
            started_at, coalesce(ended_at, last_event_at, started_at)
        ) as finished_at

    from known

)

select * from spans
