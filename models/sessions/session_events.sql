{{ config(materialized='view') }}

with

source_events as (

    select
        event_id,
        session_id,
        tab_id,
        seq,
        event_type,
        ts,
        client_ts_ms,
        received_at,
        page_url,
        page_path,
        page_view_id,
        selector,
        target_key,
        target_tag,
        target_type,
        target_role,
        target_label,
        is_interactive,
        href_kind,
        x,
        y,
        page_x,
        page_y,
        button,
        modifiers,
        is_trusted,
        first_response_ms,
        first_response_kind,
        console_level,
        message_masked,
        error_fingerprint,
        is_uncaught,
        http_method,
        http_status,
        request_url_template,
        duration_ms,
        is_user_facing,
        report_id,
        report_source,
        severity,
        share_id,
        share_channel,
        custom_name,
        properties,
        vendor_signal,
        schema_version,
        _loaded_at

    from {{ ref('stg_relyv__session_events') }}

),

parts as (

    select
        session_id,
        profile_id,
        part_number,
        is_last,
        started_at,
        ended_at

    from {{ ref('session_parts') }}

),

-- What happened before the first identification is the first user's, however early the
-- clock says it was; what comes late, or says no time, is not lost either.
attributed as (

    select
        source_events.event_id,
        source_events.session_id,
        parts.profile_id,
        source_events.event_type,
        source_events.ts,
        source_events.seq,
        source_events.tab_id,
        source_events.client_ts_ms,
        source_events.received_at,
        source_events.page_url,
        source_events.page_path,
        source_events.page_view_id,
        source_events.selector,
        source_events.target_key,
        source_events.target_tag,
        source_events.target_type,
        source_events.target_role,
        source_events.target_label,
        source_events.is_interactive,
        source_events.href_kind,
        source_events.x,
        source_events.y,
        source_events.page_x,
        source_events.page_y,
        source_events.button,
        source_events.modifiers,
        source_events.is_trusted,
        source_events.first_response_ms,
        source_events.first_response_kind,
        source_events.console_level,
        source_events.message_masked,
        source_events.error_fingerprint,
        source_events.is_uncaught,
        source_events.http_method,
        source_events.http_status,
        source_events.request_url_template,
        source_events.duration_ms,
        source_events.is_user_facing,
        source_events.report_id,
        source_events.report_source,
        source_events.severity,
        source_events.share_id,
        source_events.share_channel,
        source_events.custom_name,
        source_events.properties,
        source_events.vendor_signal,
        source_events.schema_version,
        source_events._loaded_at

    from source_events

    inner join parts
        on
            source_events.session_id = parts.session_id
            and (
                parts.part_number = 1 or source_events.ts >= parts.started_at
            )
            and (
                parts.is_last
                or source_events.ts < parts.ended_at
                or (source_events.ts is null and parts.part_number = 1)
            )

)

select * from attributed
