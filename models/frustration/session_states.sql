{{ config(materialized='view') }}

with

recorded_sessions as (

    select
        session_id,
        {{ fast_hash([
            'user_agent',
            'consent_status',
            'recording_status',
            'duration_ms',
            'trusted_click_ratio',
            'is_bot',
            'is_staff',
            'webdriver',
            'started_at',
            'ended_at',
            'last_event_at',
            'deleted_at',
        ]) }} as own_state

    from {{ ref('recorded_sessions') }}

),

contents as (

    select
        session_id,
        event_count,
        _built_at

    from {{ ref('session_contents') }}

),

-- Another owner, or another moment at which the user changed, changes whose its events
-- are.
owned_parts as (

    select
        session_id,
        part_number,
        is_last,
        coalesce(profile_id, '') || '@'
        || coalesce(cast(started_at as varchar(40)), '') || '@'
        || coalesce(cast(ended_at as varchar(40)), '') as owner

    from {{ ref('session_parts') }}

),

-- Most sessions are one part: to put one in order costs as much as all else.
parts as (

    select
        session_id,
        owner as owners
    from owned_parts
    where part_number = 1 and is_last

    union all

    select
        session_id,
        {{ dbt.listagg(
            measure='owner',
            delimiter_text="','",
            order_by_clause='order by part_number',
        ) }} as owners
    from owned_parts
    where not (part_number = 1 and is_last)
    group by 1

),

session_states as (

    select
        recorded_sessions.session_id,
        {{ fast_hash([
            'recorded_sessions.own_state',
            'contents.event_count',
            'contents._built_at',
            'parts.owners',
        ]) }} as made_of

    from recorded_sessions

    left join contents
        on recorded_sessions.session_id = contents.session_id

    left join parts
        on recorded_sessions.session_id = parts.session_id

)

select * from session_states
