{{ config(**session_by_session()) }}

with

sessions as (

    select
        session_id,
        coalesce(ended_at, last_event_at) as ended_at

    from {{ ref('recorded_sessions') }}

    where {{ is_of_changed_session() }}

),

events as (

    select
        session_id,
        max({{ moment_ms() }}) as last_moment_ms,
        max(ts) as last_ts

    from {{ ref('session_events') }}

    where {{ is_of_changed_session() }}

    group by 1

),

session_definitions as (

    select
        session_id,
        definition

    from {{ ref('session_definitions') }}

),

-- Watched for as long after its last event as the server saw it, by the page's clock.
observed_sessions as (

    select
        sessions.session_id,
        coalesce(
            session_definitions.definition, '{{ var("signal_definition") }}'
        ) as definition,
        events.last_moment_ms
        + coalesce(
            greatest(
                {{ dbt.datediff(
                    'events.last_ts', 'sessions.ended_at', 'millisecond'
                ) }},
                0
            ),
            0
        ) as observed_until_ms

    from sessions

    inner join events
        on sessions.session_id = events.session_id

    left join session_definitions
        on sessions.session_id = session_definitions.session_id

)

select * from observed_sessions
