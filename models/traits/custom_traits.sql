with

sessions as (

    select
        session_id,
        profile_id,
        release,
        browser,
        device_type,
        country,
        started_at

    from {{ ref('sessions') }}

    where profile_id is not null

),

session_scores as (

    select
        session_id,
        frustration_score,
        top_signal

    from {{ ref('session_scores') }}

    where coalesce(score_excluded_reason, 'too_short') = 'too_short'

),

-- Whoever held the session when it was written has reported it.
bug_reports as (

    select
        session_events.profile_id,
        max(session_events.ts) as bug_reported_at

    from {{ ref('session_events') }} as session_events

    inner join session_scores
        on session_events.session_id = session_scores.session_id

    where session_events.event_type = 'bug_report'

    group by 1

),

-- Sessions that count: not those of bots and staff, nor refused or deleted ones.
visits as (

    select
        sessions.*,
        session_scores.frustration_score,
        session_scores.top_signal,
        bug_reports.bug_reported_at

    from sessions

    inner join session_scores
        on sessions.session_id = session_scores.session_id

    left join bug_reports
        on sessions.profile_id = bug_reports.profile_id

),

-- One line for each trait. docs/add-a-trait.md shows one from here to the CRM.
custom_traits as (

    select
        profile_id,
        max(bug_reported_at) as last_bug_reported_at

    from visits

    group by 1

)

select * from custom_traits
