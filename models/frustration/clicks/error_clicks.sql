{{ config(**session_by_session()) }}

with

clicks as (

    select
        event_id,
        session_id,
        profile_id,
        tab_id,
        definition,
        seq,
        moment_ms,
        1 as step,
        occurred_at

    from {{ ref('judged_clicks') }}

    where is_error_click_target and {{ is_of_changed_session() }}

),

definitions as (

    select
        definition,
        error_within_ms,
        error_counts_console

    from {{ ref('signal_definitions') }}

),

errors as (

    select
        event_id,
        session_id,
        profile_id,
        coalesce(tab_id, '') as tab_id,
        event_type,
        coalesce(seq, 0) as seq,
        {{ moment_ms() }} as moment_ms,
        ts as occurred_at

    from {{ ref('session_events') }}

    where
        (
            (event_type = 'js_error' and coalesce(is_uncaught, true))
            or (event_type = 'console' and console_level = 'error')
            or (
                event_type = 'network'
                and is_user_facing
                and (http_status >= 400 or http_status = 0)
            )
        )
        and {{ is_of_changed_session() }}

),

counted_errors as (

    select
        errors.event_id,
        errors.session_id,
        errors.profile_id,
        errors.tab_id,
        observed_sessions.definition,
        errors.seq,
        errors.moment_ms,
        -1 as step,
        errors.occurred_at

    from errors

    inner join {{ ref('observed_sessions') }} as observed_sessions
        on errors.session_id = observed_sessions.session_id

    inner join definitions
        on observed_sessions.definition = definitions.definition

    where errors.event_type <> 'console' or definitions.error_counts_console

),

moments as (

    select * from clicks
    union all
    select * from counted_errors

),

-- Clicks open brackets and errors close them: each takes the newest click left.
depths as (

    select
        *,
        sum(step) over (
            partition by session_id, tab_id
            {{ in_page_order() }}
            rows between unbounded preceding and current row
        ) + case when step = -1 then 1 else 0 end as depth

    from moments

),

pairs as (

    select
        definition,
        event_id as error_event_id,
        step,
        moment_ms,
        lag(event_id) over (
            partition by session_id, tab_id, depth {{ in_page_order() }}
        ) as event_id,
        lag(session_id) over (
            partition by session_id, tab_id, depth {{ in_page_order() }}
        ) as session_id,
        lag(profile_id) over (
            partition by session_id, tab_id, depth {{ in_page_order() }}
        ) as profile_id,
        lag(step) over (
            partition by session_id, tab_id, depth {{ in_page_order() }}
        ) as last_step,
        lag(moment_ms) over (
            partition by session_id, tab_id, depth {{ in_page_order() }}
        ) as last_moment_ms,
        lag(occurred_at) over (
            partition by session_id, tab_id, depth {{ in_page_order() }}
        ) as occurred_at

    from depths

),

error_clicks as (

    select
        pairs.event_id,
        pairs.session_id,
        pairs.profile_id,
        pairs.error_event_id,
        pairs.occurred_at

    from pairs

    inner join definitions
        on pairs.definition = definitions.definition

    where
        pairs.step = -1
        and pairs.last_step = 1
        and pairs.moment_ms - pairs.last_moment_ms <= definitions.error_within_ms

)

select * from error_clicks
