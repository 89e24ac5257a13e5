{{ config(
    materialized='incremental',
    incremental_strategy='delete+insert',
    unique_key='session_id',
    on_schema_change='fail',
    pre_hook='{{ forget_sessions() }}'
) }}
{%- set known_by_now -%}
    session_id is not null
        and coalesce(started_at, updated_at, _loaded_at) <= {{ as_of() }}
        and coalesce(updated_at, started_at, _loaded_at) <= {{ as_of() }}
{%- endset -%}
{%- set columns = [
    'session_id', 'project_id', 'region', 'identified_at', 'started_at', 'ended_at',
    'last_event_at', 'is_complete', 'active_ms', 'duration_ms', 'page_view_count',
    'click_count', 'entry_url', 'exit_url', 'referrer', 'release', 'git_sha',
    'browser', 'os', 'device_type', 'user_agent', 'viewport_w', 'viewport_h',
    'language', 'timezone', 'country', 'is_bot', 'bot_reason', 'is_staff',
    'webdriver', 'trusted_click_ratio', 'recording_status', 'replay_url',
    'replay_requires_auth', 'replay_expires_at', 'consent_status',
    'vendor_frustration_score', 'vendor_flags', 'resolved_at', 'deleted_at',
    'schema_version', 'row_version', 'updated_at', '_row_id', '_loaded_at'
] %}

with

{% if is_incremental() %}

    states as (

        select
            session_id,
            count(*) as version_count,
            max(_loaded_at) as last_loaded_at

        from {{ source('relyv', 'sessions') }}

        where {{ known_by_now }}

        group by 1

    ),

    -- Versions are only ever added, or fall due.
    changed as (

        select states.session_id

        from states

        left join {{ this }} as built
            on states.session_id = built.session_id

        where
            built.session_id is null
            or built.version_count <> states.version_count
            or built.last_loaded_at is distinct from states.last_loaded_at

    ),

{% endif %}

versions as (

    select
        {%- for column in columns %}
            {{ column }},
        {%- endfor %}
        nullif(trim(anonymous_id), '') as anonymous_id,
        nullif(trim(user_id), '') as user_id,
        nullif(trim(group_id), '') as group_id

    from {{ source('relyv', 'sessions') }}

    where
        {{ known_by_now }}
    {% if is_incremental() %}
            and session_id in (select changed.session_id from changed)
        {% endif %}

),

suppressed_sessions as (

    select session_id

    from {{ ref('stg_relyv__suppressed_sessions') }}

),

allowed as (

    select versions.*

    from versions

    where
        session_id not in (
            select suppressed_sessions.session_id from suppressed_sessions
        )

),

-- Only what is there twice is ranked: a window over all columns costs most of it all.
repeated_sessions as (

    select session_id

    from {{ 'versions' if is_incremental() else source('relyv', 'sessions') }}

    where session_id is not null

    group by 1

    having count(*) > 1

),

-- A session row has no receipt of its own: its identifiers were first received when
-- the first version that carries them landed, and a later version cannot move that.
ranked as (

    select
        allowed.*,
        min(_loaded_at) over (
            partition by session_id, user_id, anonymous_id
        ) as first_loaded_at,
        count(*) over (partition by session_id) as version_count,
        max(_loaded_at) over (partition by session_id) as last_loaded_at,
        row_number() over (
            partition by session_id
            order by
                row_version desc nulls last,
                updated_at desc nulls last,
                _loaded_at desc nulls last,
                _row_id desc nulls last
        ) as version_rank

    from allowed

    where session_id in (select repeated_sessions.session_id from repeated_sessions)

),

latest as (

    select
        allowed.*,
        _loaded_at as first_loaded_at,
        1 as version_count,
        _loaded_at as last_loaded_at
    from allowed
    where
        session_id not in (
            select repeated_sessions.session_id from repeated_sessions
        )

    union all

    select
        {%- for column in columns %}
            {{ column }},
        {%- endfor %}
        anonymous_id,
        user_id,
        group_id,
        first_loaded_at,
        version_count,
        last_loaded_at
    from ranked
    where version_rank = 1

)

select * from latest
