{{ config(indexes=lookup_indexes('session_id')) }}

{%- set regions = var('watchable_regions') | join("', '") -%}

with

sessions as (

    select
        session_id,
        profile_id,
        coalesce(region, '{{ var("default_region") }}') as region,
        recording_status,
        click_count,
        interaction_count,
        coalesce(
            duration_ms,
            {{ dbt.datediff(
                'started_at', 'coalesce(ended_at, last_event_at)', 'millisecond'
            ) }}
        ) as duration_ms,
        {{ url_without_query('replay_url') }} as replay_url,
        coalesce(replay_requires_auth, true) as requires_sign_in,
        replay_expires_at,
        started_at

    from {{ ref('sessions') }}

),

session_scores as (

    select
        session_id,
        frustration_score

    from {{ ref('session_scores') }}

    where score_excluded_reason is null

),

thresholds as (

    {{ frustration_thresholds(['replay_ms']) }}

),

-- Deleted, refused, bots and staff are excluded from scores, and so from here. A replay
-- that opens for anybody has a token for an address, which must not enter a CRM.
watchable_sessions as (

    select
        sessions.session_id,
        sessions.profile_id,
        session_scores.frustration_score,
        sessions.replay_url,
        sessions.replay_expires_at,
        sessions.started_at

    from sessions

    cross join thresholds

    inner join session_scores
        on sessions.session_id = session_scores.session_id

    where
        sessions.recording_status = 'recorded'
        and sessions.replay_url <> ''
        and sessions.requires_sign_in
        and sessions.region in ('{{ regions }}')
        and (
            sessions.replay_expires_at is null
            or sessions.replay_expires_at > {{ as_of_day() }}
        )
        and sessions.duration_ms >= thresholds.replay_ms
        and (sessions.click_count > 0 or sessions.interaction_count > 0)

)

select * from watchable_sessions
