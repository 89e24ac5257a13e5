with

sessions as (

    select
        session_id,
        is_complete,
        coalesce(ended_at, last_event_at, started_at) as ended_at,
        coalesce(last_event_at, ended_at, started_at) as last_event_at

    from {{ ref('sessions') }}

),

session_scores as (

    select
        session_id,
        frustration_score

    from {{ ref('session_scores') }}

    where frustration_score is not null

),

spikes as (

    select session_id

    from {{ ref('frustration_spikes') }}

),

error_clicks as (

    select
        session_id,
        evidence_event_id,
        occurred_at

    from {{ ref('session_signals') }}

    where signal_name = 'error_click'

),

session_events as (

    select
        event_id,
        session_id,
        event_type,
        page_path,
        ts

    from {{ ref('session_events') }}

    where event_type in ('bug_report', 'share')

),

clicked_pages as (

    select
        event_id,
        page_path

    from {{ ref('session_events') }}

    where event_id in (select error_clicks.evidence_event_id from error_clicks)

),

key_pages as (

    select page_path

    from {{ ref('key_pages') }}

),

thresholds as (

    {{ frustration_thresholds(['replay_worthy_score', 'settle_minutes']) }}

),

-- A page and what is below it: /checkout and /checkout/pay, and not /checkouts.
key_errors as (

    select distinct
        error_clicks.session_id,
        error_clicks.occurred_at

    from error_clicks

    inner join clicked_pages
        on error_clicks.evidence_event_id = clicked_pages.event_id

    inner join key_pages
        on
            clicked_pages.page_path = key_pages.page_path
            or clicked_pages.page_path like key_pages.page_path || '/%'

),

reasons as (

    select
        session_id,
        'bug_reported' as reason,
        1 as reason_rank,
        ts as reason_at
    from session_events
    where event_type = 'bug_report'

    union all

    select
        session_id,
        'replay_shared' as reason,
        2 as reason_rank,
        ts as reason_at
    from session_events
    where event_type = 'share'

    union all

    select
        session_id,
        'frustration_spike' as reason,
        3 as reason_rank,
        cast(null as {{ dbt.type_timestamp() }}) as reason_at
    from spikes

    union all

    select
        session_id,
        'error_on_key_page' as reason,
        4 as reason_rank,
        occurred_at as reason_at
    from key_errors

    union all

    select
        session_scores.session_id,
        'high_score' as reason,
        5 as reason_rank,
        cast(null as {{ dbt.type_timestamp() }}) as reason_at
    from session_scores
    cross join thresholds
    where session_scores.frustration_score >= thresholds.replay_worthy_score

),

-- A session is judged once it is over; a replay may be shared long after.
replay_reasons as (

    select
        reasons.session_id,
        reasons.reason,
        reasons.reason_rank,
        min(
            case
                when reasons.reason_at > sessions.ended_at then reasons.reason_at
                else sessions.ended_at
            end
        ) as worthy_at

    from reasons

    cross join thresholds

    inner join sessions
        on reasons.session_id = sessions.session_id

    where
        coalesce(sessions.is_complete, false)
        or {{ dbt.dateadd(
            'minute', 'thresholds.settle_minutes', 'sessions.last_event_at'
        ) }} <= {{ as_of() }}

    group by 1, 2, 3

)

select * from replay_reasons
