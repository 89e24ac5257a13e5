{{ config(materialized='view') }}

with

source_sessions as (

    select
        session_id,
        user_agent,
        consent_status,
        recording_status,
        duration_ms,
        trusted_click_ratio,
        is_bot,
        is_staff,
        webdriver,
        ended_at,
        deleted_at

    from {{ ref('stg_relyv__sessions') }}

),

spans as (

    select
        session_id,
        started_at,
        last_event_at

    from {{ ref('session_spans') }}

),

recorded_sessions as (

    select
        source_sessions.*,
        spans.started_at,
        spans.last_event_at

    from source_sessions

    inner join spans
        on source_sessions.session_id = spans.session_id

)

select * from recorded_sessions
