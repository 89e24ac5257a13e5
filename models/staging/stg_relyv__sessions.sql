with

versions as (

    select
        session_id,
        project_id,
        region,
        nullif(trim(anonymous_id), '') as anonymous_id,
        nullif(trim(user_id), '') as user_id,
        nullif(trim(group_id), '') as group_id,
        identified_at,
        started_at,
        ended_at,
        last_event_at,
        is_complete,
        active_ms,
        duration_ms,
        page_view_count,
        click_count,
        entry_url,
        exit_url,
        referrer,
        release,
        git_sha,
        browser,
        os,
        device_type,
        user_agent,
        viewport_w,
        viewport_h,
        language,
        timezone,
        country,
        is_bot,
        bot_reason,
        is_staff,
        webdriver,
        trusted_click_ratio,
        recording_status,
        replay_url,
        replay_requires_auth,
        replay_expires_at,
        consent_status,
        vendor_frustration_score,
        vendor_flags,
        resolved_at,
        deleted_at,
        schema_version,
        row_version,
        updated_at,
        _row_id,
        _loaded_at

    from {{ source('relyv', 'sessions') }}

    where
        session_id is not null
        and coalesce(started_at, updated_at, _loaded_at) <= {{ as_of() }}
        and coalesce(updated_at, started_at, _loaded_at) <= {{ as_of() }}

),

suppressed_sessions as (

    select session_id

    from {{ ref('stg_relyv__suppressed_sessions') }}

),

-- A session row has no receipt of its own: its identifiers were first received when
-- the first version that carries them landed, and a later version cannot move that.
ranked as (

    select
        versions.*,
        min(_loaded_at) over (
            partition by session_id, user_id, anonymous_id
        ) as first_loaded_at,
        row_number() over (
            partition by session_id
            order by
                row_version desc nulls last,
                updated_at desc nulls last,
                _loaded_at desc nulls last,
                _row_id desc nulls last
        ) as version_rank

    from versions

    where
        session_id not in (
            select suppressed_sessions.session_id from suppressed_sessions
        )

),

latest as (

    select
        session_id,
        project_id,
        region,
        anonymous_id,
        user_id,
        group_id,
        identified_at,
        started_at,
        ended_at,
        last_event_at,
        is_complete,
        active_ms,
        duration_ms,
        page_view_count,
        click_count,
        entry_url,
        exit_url,
        referrer,
        release,
        git_sha,
        browser,
        os,
        device_type,
        user_agent,
        viewport_w,
        viewport_h,
        language,
        timezone,
        country,
        is_bot,
        bot_reason,
        is_staff,
        webdriver,
        trusted_click_ratio,
        recording_status,
        replay_url,
        replay_requires_auth,
        replay_expires_at,
        consent_status,
        vendor_frustration_score,
        vendor_flags,
        resolved_at,
        deleted_at,
        schema_version,
        row_version,
        updated_at,
        _row_id,
        _loaded_at,
        first_loaded_at

    from ranked

    where version_rank = 1

)

select * from latest
