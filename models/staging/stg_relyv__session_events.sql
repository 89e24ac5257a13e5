{{ config(
    materialized='appended',
    incremental_strategy='append',
    pre_hook='{{ forget_events() }}',
    indexes=lookup_indexes('event_id') + lookup_indexes('session_id')
) }}
{%- set changed = ref('stg_relyv__changed_events') -%}
{%- set columns = [
    'event_id', 'session_id', 'tab_id', 'seq', 'event_type', 'ts', 'client_ts_ms',
    'received_at', 'page_url', 'page_path', 'page_view_id', 'selector', 'target_key',
    'target_tag', 'target_type', 'target_role', 'target_label', 'is_interactive',
    'href_kind', 'x', 'y', 'page_x', 'page_y', 'button', 'modifiers', 'is_trusted',
    'first_response_ms', 'first_response_kind', 'console_level', 'message_masked',
    'error_fingerprint', 'is_uncaught', 'http_method', 'http_status',
    'request_url_template', 'duration_ms', 'is_user_facing', 'report_id', 'report_source',
    'severity', 'share_id', 'share_channel', 'custom_name', 'properties', 'vendor_signal',
    'schema_version'
] %}

with

source_rows as (

    select
        {%- for column in columns %}
            {{ column }},
        {%- endfor %}
        _loaded_at

    from {{ source('relyv', 'session_events') }}

    where
        event_id is not null
        and coalesce(ts, received_at, _loaded_at) <= {{ as_of() }}
    {% if is_increment() %}
            and {{ landed_since(oldest_changed_event()) }}
            and event_id in (select changed.event_id from {{ changed }} as changed)
        {% endif %}

),

suppressed_sessions as (

    select session_id

    from {{ ref('stg_relyv__suppressed_sessions') }}

),

suppressed_events as (

    select event_id

    from {{ ref('stg_relyv__suppressed_events') }}

),

-- Landing keeps an event once, other pipelines may not. Only what is there twice is
-- ranked: a window over all columns of all events costs three times as much.
repeated_events as (

    select event_id

    from {{ 'source_rows' if is_increment() else source('relyv', 'session_events') }}

    where event_id is not null

    group by 1

    having count(*) > 1

),

allowed as (

    select source_rows.*

    from source_rows

    where
        coalesce(session_id, '') not in (
            select suppressed_sessions.session_id from suppressed_sessions
        )
        and event_id not in (
            select suppressed_events.event_id from suppressed_events
        )

),

ranked as (

    select
        allowed.*,
        row_number() over (
            partition by event_id
            order by
                received_at asc nulls last,
                _loaded_at asc nulls last,
                {{ in_byte_order('session_id') }} asc nulls last
        ) as receipt_rank

    from allowed

    where event_id in (select repeated_events.event_id from repeated_events)

),

kept as (

    select allowed.*
    from allowed
    where
        event_id not in (select repeated_events.event_id from repeated_events)

    union all

    select
        {%- for column in columns %}
            {{ column }},
        {%- endfor %}
        _loaded_at
    from ranked
    where receipt_rank = 1

),

stamped as (

    select
        kept.*,
        {{ built_at() }} as _built_at

    from kept

)

select * from stamped
