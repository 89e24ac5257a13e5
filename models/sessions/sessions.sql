with

source_sessions as (

    select
        session_id,
        anonymous_id,
        group_id,
        region,
        started_at,
        ended_at,
        last_event_at,
        is_complete,
        duration_ms,
        active_ms,
        page_view_count,
        click_count,
        entry_url,
        exit_url,
        referrer,
        release,
        browser,
        os,
        device_type,
        country,
        user_agent,
        webdriver,
        trusted_click_ratio,
        is_bot,
        bot_reason,
        is_staff,
        consent_status,
        recording_status,
        replay_url,
        replay_requires_auth,
        replay_expires_at,
        deleted_at,
        resolved_at,
        vendor_frustration_score,
        updated_at

    from {{ ref('stg_relyv__sessions') }}

),

stitches as (

    select
        session_id,
        profile_id,
        stitch_rule,
        stitch_event_id

    from {{ ref('session_stitches') }}

),

profiles as (

    select
        profile_id,
        user_id,
        is_known

    from {{ ref('profiles') }}

),

stitched as (

    select
        source_sessions.session_id,
        stitches.profile_id,
        profiles.user_id,
        source_sessions.anonymous_id,
        source_sessions.group_id,
        source_sessions.region,
        stitches.stitch_rule,
        stitches.stitch_event_id,
        stitches.stitch_rule <> 'during'
        and coalesce(profiles.is_known, false) as is_stitched_retroactively,
        source_sessions.started_at,
        source_sessions.ended_at,
        source_sessions.last_event_at,
        source_sessions.is_complete,
        source_sessions.duration_ms,
        source_sessions.active_ms,
        source_sessions.page_view_count,
        source_sessions.click_count,
        source_sessions.entry_url,
        source_sessions.exit_url,
        source_sessions.referrer,
        source_sessions.release,
        source_sessions.browser,
        source_sessions.os,
        source_sessions.device_type,
        source_sessions.country,
        source_sessions.user_agent,
        source_sessions.webdriver,
        source_sessions.trusted_click_ratio,
        source_sessions.is_bot,
        source_sessions.bot_reason,
        source_sessions.is_staff,
        source_sessions.consent_status,
        source_sessions.recording_status,
        source_sessions.replay_url,
        source_sessions.replay_requires_auth,
        source_sessions.replay_expires_at,
        source_sessions.deleted_at,
        source_sessions.resolved_at,
        source_sessions.vendor_frustration_score,
        source_sessions.updated_at

    from source_sessions

    inner join stitches
        on source_sessions.session_id = stitches.session_id

    left join profiles
        on stitches.profile_id = profiles.profile_id

)

select * from stitched
