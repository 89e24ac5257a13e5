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

-- What we know of each, in few columns: the recorder's many are joined to it once.
gathered as (

    select
        parts.session_id,
        parts.profile_id,
        parts.stitch_rule,
        parts.stitch_event_id,
        parts.part_number,
        sittings.sitting_id,
        spans.started_at,
        spans.last_event_at,
        profiles.user_id,
        coalesce(profiles.is_known, false) as is_known,
        contexts.group_id,
        contexts.email_domain,
        {%- for trait in var('session_traits') %}
            contexts.trait_{{ trait }},
        {%- endfor %}
        contexts.segment_events,
        contexts.segment_event_count,
        contents.first_page_url,
        contents.last_page_url,
        contents.page_view_count,
        contents.click_count,
        coalesce(contents.event_count, 0) as event_count,
        coalesce(contents.page_count, 0) as page_count,
        coalesce(contents.interaction_count, 0) as interaction_count,
        coalesce(contents.js_error_count, 0) as js_error_count,
        coalesce(contents.console_error_count, 0) as console_error_count,
        coalesce(contents.failed_request_count, 0) as failed_request_count,
        coalesce(contents.bug_report_count, 0) as bug_report_count

    from parts

    inner join spans
        on parts.session_id = spans.session_id

    left join contents
        on parts.session_id = contents.session_id

    left join contexts
        on parts.session_id = contexts.session_id

    left join sittings
        on parts.session_id = sittings.session_id

    left join profiles
        on parts.profile_id = profiles.profile_id

),

-- What the recorder counted stands; where it did not, its events are counted.
stitched as (

    select
        source_sessions.session_id,
        gathered.profile_id,
        coalesce(
            gathered.profile_id, gathered.sitting_id, source_sessions.session_id
        ) as visitor_id,
        gathered.user_id,
        source_sessions.anonymous_id,
        coalesce(source_sessions.group_id, gathered.group_id) as group_id,
        source_sessions.region,
        gathered.stitch_rule,
        gathered.stitch_event_id,
        gathered.part_number as part_count,
        gathered.stitch_rule <> 'during' and gathered.is_known
            as is_stitched_retroactively,
        gathered.started_at,
        source_sessions.ended_at,
        gathered.last_event_at,
        source_sessions.is_complete,
        source_sessions.duration_ms,
        source_sessions.active_ms,
        gathered.event_count,
        coalesce(source_sessions.page_view_count, gathered.page_view_count)
            as page_view_count,
        gathered.page_count,
        coalesce(source_sessions.click_count, gathered.click_count) as click_count,
        gathered.interaction_count,
        gathered.js_error_count,
        gathered.console_error_count,
        gathered.failed_request_count,
        gathered.bug_report_count,
        gathered.segment_event_count,
        gathered.segment_events,
        gathered.email_domain,
        {%- for trait in var('session_traits') %}
            gathered.trait_{{ trait }},
        {%- endfor %}
        coalesce(source_sessions.entry_url, gathered.first_page_url) as entry_url,
        coalesce(source_sessions.exit_url, gathered.last_page_url) as exit_url,
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

    inner join gathered
        on source_sessions.session_id = gathered.session_id

),

-- Few sessions come from a campaign: only their addresses are taken apart.
sessions as (

    select
        *,
    {%- for parameter in ['source', 'medium', 'campaign', 'term', 'content'] %}
        {{ url_parameter(
            "case when entry_url like '%utm%' then entry_url end",
            'utm_' ~ parameter
        ) }} as utm_{{ parameter }}
        {{- "," if not loop.last }}
    {%- endfor %}

    from stitched

)

select * from sessions
