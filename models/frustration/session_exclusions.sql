{{ config(**session_by_session()) }}

with

sessions as (

    select
        session_id,
        lower(trim(consent_status)) as consent_status,
        recording_status,
        coalesce(
            duration_ms,
            {{ dbt.datediff(
                'started_at', 'coalesce(ended_at, last_event_at)', 'millisecond'
            ) }}
        ) as duration_ms,
        is_staff,
        deleted_at

    from {{ ref('recorded_sessions') }}

    where {{ is_of_changed_session() }}

),

bot_sessions as (

    select
        session_id,
        bot_rule

    from {{ ref('bot_sessions') }}

    where {{ is_of_changed_session() }}

),

consent_statuses as (

    select
        consent_status,
        is_refused

    from {{ ref('consent_statuses') }}

),

thresholds as (

    {{ frustration_thresholds(['scored_session_ms']) }}

),

busy_sessions as (

    select distinct session_id

    from {{ ref('session_events') }}

    where event_type <> 'page_view' and {{ is_of_changed_session() }}

),

-- The first reason that holds is the one given; what a person asked for comes first.
-- A status that nobody has listed is not a yes.
judged as (

    select
        sessions.session_id,
        case
            when
                sessions.deleted_at is not null
                or sessions.recording_status = 'deleted'
                then 'deleted'
            when
                sessions.consent_status <> ''
                and coalesce(consent_statuses.is_refused, true)
                then 'no_consent'
            when bot_sessions.session_id is not null then 'bot'
            when sessions.is_staff then 'staff'
            when
                sessions.duration_ms < thresholds.scored_session_ms
                and busy_sessions.session_id is null
                then 'too_short'
        end as score_excluded_reason,
        bot_sessions.bot_rule

    from sessions

    cross join thresholds

    left join bot_sessions
        on sessions.session_id = bot_sessions.session_id

    left join consent_statuses
        on sessions.consent_status = consent_statuses.consent_status

    left join busy_sessions
        on sessions.session_id = busy_sessions.session_id

),

session_exclusions as (

    select
        session_id,
        score_excluded_reason,
        case when score_excluded_reason = 'bot' then bot_rule end as bot_rule

    from judged

    where score_excluded_reason is not null

)

select * from session_exclusions
