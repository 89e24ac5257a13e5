with

forwardable_sessions as (

    select
        session_id,
        user_id,
        anonymous_id,
        region,
        replay_url,
        definition_version

    from {{ ref('forwardable_sessions') }}

),

sessions as (

    select
        session_id,
        {{ url_without_query('entry_url') }} as entry_url,
        browser,
        os,
        device_type,
        country,
        started_at

    from {{ ref('sessions') }}

),

session_started as (

    select
        {{ dbt.hash(dbt.concat(["'session_started:'", 'sessions.session_id'])) }}
            as event_id,
        forwardable_sessions.user_id,
        forwardable_sessions.anonymous_id,
        forwardable_sessions.session_id,
        forwardable_sessions.region,
        forwardable_sessions.replay_url,
        sessions.entry_url,
        sessions.browser,
        sessions.os,
        sessions.device_type,
        sessions.country,
        forwardable_sessions.definition_version,
        sessions.started_at as occurred_at

    from forwardable_sessions

    inner join sessions
        on forwardable_sessions.session_id = sessions.session_id

)

select * from session_started
