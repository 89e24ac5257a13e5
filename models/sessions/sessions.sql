{{ config(
    indexes=lookup_indexes('profile_id') + lookup_indexes('anonymous_id')
) }}

with

source_sessions as (

    select
        session_id,
        anonymous_id,
        group_id,
        region,
        ended_at,
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

parts as (

    select
        session_id,
        profile_id,
        stitch_rule,
        stitch_event_id,
        part_number

    from {{ ref('session_parts') }}

    where is_last

),

sittings as (

    select
        session_id,
        sitting_id

    from {{ ref('session_sittings') }}

),

spans as (

    select
        session_id,
        started_at,
        last_event_at

    from {{ ref('session_spans') }}

),

contents as (

    select
        session_id,
        first_page_url,
        last_page_url,
        event_count,
        page_view_count,
        page_count,
        click_count,
        interaction_count,
        js_error_count,
        console_error_count,
        failed_request_count,
        bug_report_count

    from {{ ref('session_contents') }}

),

contexts as (

    select
        session_id,
        group_id,
        email_domain,
        {%- for trait in var('session_traits') %}
            trait_{{ trait }},
        {%- endfor %}
        segment_events,
        segment_event_count

    from {{ ref('session_contexts') }}

),

profiles as (

    select
        profile_id,
        user_id,
        is_known

    from {{ ref('profiles') }}

),

-- What the recorder counted stands; where it did not, its events are counted.
counted as (

    select
        source_sessions.*,
        coalesce(source_sessions.entry_url, contents.first_page_url)
            as first_url,
        coalesce(source_sessions.exit_url, contents.last_page_url)
            as last_url,
        coalesce(source_sessions.page_view_count, contents.page_view_count)
            as pages_viewed,
        coalesce(source_sessions.click_count, contents.click_count) as clicks,
        coalesce(contents.event_count, 0) as event_count,
        coalesce(contents.page_count, 0) as page_count,
        coalesce(contents.interaction_count, 0) as interaction_count,
        coalesce(contents.js_error_count, 0) as js_error_count,
        coalesce(contents.console_error_count, 0) as console_error_count,
        coalesce(contents.failed_request_count, 0) as failed_request_count,
        coalesce(contents.bug_report_count, 0) as bug_report_count

    from source_sessions

    left join contents
        on source_sessions.session_id = contents.session_id

),

-- Few sessions come from a campaign: only their addresses are taken apart.
filled as (

    select
        *,
        case when first_url like '%utm%' then first_url end as campaign_url

    from counted

),

stitched as (

    select
        filled.session_id,
        parts.profile_id,
        coalesce(parts.profile_id, sittings.sitting_id, filled.session_id)
            as visitor_id,
        profiles.user_id,
        filled.anonymous_id,
        coalesce(filled.group_id, contexts.group_id) as group_id,
        filled.region,
        parts.stitch_rule,
        parts.stitch_event_id,
        parts.part_number as part_count,
        parts.stitch_rule <> 'during'
        and coalesce(profiles.is_known, false) as is_stitched_retroactively,
        spans.started_at,
        filled.ended_at,
        spans.last_event_at,
        filled.is_complete,
        filled.duration_ms,
        filled.active_ms,
        filled.event_count,
        filled.pages_viewed as page_view_count,
        filled.page_count,
        filled.clicks as click_count,
        filled.interaction_count,
        filled.js_error_count,
        filled.console_error_count,
        filled.failed_request_count,
        filled.bug_report_count,
        contexts.segment_event_count,
        contexts.segment_events,
        contexts.email_domain,
        {%- for trait in var('session_traits') %}
            contexts.trait_{{ trait }},
        {%- endfor %}
        filled.first_url as entry_url,
        filled.last_url as exit_url,
        filled.referrer,
        {%- for parameter in ['source', 'medium', 'campaign', 'term', 'content'] %}
            {{ url_parameter('filled.campaign_url', 'utm_' ~ parameter) }}
                as utm_{{ parameter }},
        {%- endfor %}
        filled.release,
        filled.browser,
        filled.os,
        filled.device_type,
        filled.country,
        filled.user_agent,
        filled.webdriver,
        filled.trusted_click_ratio,
        filled.is_bot,
        filled.bot_reason,
        filled.is_staff,
        filled.consent_status,
        filled.recording_status,
        filled.replay_url,
        filled.replay_requires_auth,
        filled.replay_expires_at,
        filled.deleted_at,
        filled.resolved_at,
        filled.vendor_frustration_score,
        filled.updated_at

    from filled

    inner join parts
        on filled.session_id = parts.session_id

    inner join spans
        on filled.session_id = spans.session_id

    left join sittings
        on filled.session_id = sittings.session_id

    left join contexts
        on filled.session_id = contexts.session_id

    left join profiles
        on parts.profile_id = profiles.profile_id

)

select * from stitched
