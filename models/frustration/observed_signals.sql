{{ config(**session_by_session()) }}

with

events as (

    select
        event_id,
        session_id,
        profile_id,
        event_type,
        console_level,
        http_status,
        duration_ms,
        is_uncaught,
        case
            when event_type = 'bug_report'
                then row_number() over (
                    partition by event_type, session_id, coalesce(report_id, event_id)
                    order by ts, {{ in_byte_order('event_id') }}
                )
        end as telling_number,
        ts as occurred_at

    from {{ ref('session_events') }}

    where
        event_type in ('js_error', 'network', 'bug_report')
        and {{ is_of_changed_session() }}

),

thresholds as (

    {{ frustration_thresholds(['network_error_status', 'slow_request_ms']) }}

),

judged as (

    select
        events.event_id,
        events.session_id,
        events.profile_id,
        events.occurred_at,
        -- A report may be told again, when it is edited or sent on.
        coalesce(events.telling_number = 1, false) as is_bug_reported,
        -- What the page caught and did not complain about is the page doing its job.
        coalesce(
            events.event_type = 'js_error'
            and (
                coalesce(events.is_uncaught, true)
                or coalesce(events.console_level, '') = 'error'
            ),
            false
        ) as is_js_error,
        -- Status 0 is the browser's word for a request that never got an answer.
        coalesce(
            events.event_type = 'network'
            and (
                events.http_status >= thresholds.network_error_status
                or events.http_status = 0
            ),
            false
        ) as is_network_error,
        coalesce(
            events.event_type = 'network'
            and events.duration_ms > thresholds.slow_request_ms,
            false
        ) as is_slow_request

    from events

    cross join thresholds

),

-- A request may be two things at once: it took six seconds, and then it failed.
observed as (

    {% for signal in ['bug_reported', 'js_error', 'network_error', 'slow_request'] %}
        select
            event_id,
            session_id,
            profile_id,
            '{{ signal }}' as signal_name,
            occurred_at

        from judged

        where is_{{ signal }}

        {{ "union all" if not loop.last }}
    {% endfor %}

)

select * from observed
