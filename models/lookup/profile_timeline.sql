{{ config(materialized='view') }}

with

calls as (

    select
        event_id,
        call_table,
        user_id,
        anonymous_id,
        case call_table
            when 'tracks' then coalesce(event_text, event)
            when 'identifies' then user_id
            when 'aliases' then previous_id
            when 'groups' then group_id
            else coalesce(name, path)
        end as title,
        {{ url_without_query('url') }} as url,
        occurred_at

    from {{ ref('stg_segment__calls') }}

),

users as (

    select
        identifier_value as user_id,
        profile_id

    from {{ ref('external_id_mapping') }}

    where identifier_type = 'user_id' and profile_id is not null

),

devices as (

    select
        identifier_value as anonymous_id,
        profile_id,
        status

    from {{ ref('external_id_mapping') }}

    where identifier_type = 'anonymous_id'

),

session_scores as (

    select
        session_id,
        top_signal,
        frustration_score

    from {{ ref('session_scores') }}

    where coalesce(score_excluded_reason, '') <> 'deleted'

),

watchable_sessions as (

    select
        session_id,
        replay_url

    from {{ ref('watchable_sessions') }}

),

sessions as (

    select
        sessions.session_id,
        sessions.profile_id,
        case when sessions.stitch_rule = 'during' then sessions.user_id end as user_id,
        sessions.anonymous_id,
        {{ url_without_query('sessions.entry_url') }} as url,
        watchable_sessions.replay_url,
        session_scores.top_signal,
        session_scores.frustration_score,
        sessions.started_at,
        coalesce(sessions.ended_at, sessions.last_event_at) as ended_at

    from {{ ref('sessions') }} as sessions

    inner join session_scores
        on sessions.session_id = session_scores.session_id

    left join watchable_sessions
        on sessions.session_id = watchable_sessions.session_id

    where sessions.profile_id is not null

),

-- Of several sessions at once on a shared device, the one that began last.
shared_calls as (

    select
        calls.event_id,
        sessions.profile_id,
        row_number() over (
            partition by calls.event_id
            order by
                sessions.started_at desc,
                {{ in_byte_order('sessions.session_id') }} asc
        ) as session_number

    from calls

    inner join devices
        on calls.anonymous_id = devices.anonymous_id

    inner join sessions
        on
            calls.anonymous_id = sessions.anonymous_id
            and calls.occurred_at between sessions.started_at and sessions.ended_at

    left join users
        on calls.user_id = users.user_id

    where devices.status <> 'owned' and users.user_id is null

),

-- Three disjoint rules, so that a search for one profile need not read all calls.
attributed_calls as (

    select
        calls.*,
        users.profile_id
    from calls
    inner join users
        on calls.user_id = users.user_id

    union all

    select
        calls.*,
        devices.profile_id
    from calls
    inner join devices
        on calls.anonymous_id = devices.anonymous_id
    left join users
        on calls.user_id = users.user_id
    where devices.status = 'owned' and users.user_id is null

    union all

    select
        calls.*,
        shared_calls.profile_id
    from calls
    inner join shared_calls
        on calls.event_id = shared_calls.event_id
    where shared_calls.session_number = 1

),

profile_timeline as (

    select
        {{ dbt.concat(["'call:'", 'event_id']) }} as moment_id,
        profile_id,
        case call_table
            when 'pages' then 'page'
            when 'screens' then 'screen'
            when 'tracks' then 'track'
            when 'identifies' then 'identify'
            when 'groups' then 'group'
            when 'aliases' then 'alias'
        end as moment_type,
        title,
        user_id,
        anonymous_id,
        cast(null as {{ dbt.type_string() }}) as session_id,
        url,
        cast(null as {{ dbt.type_string() }}) as replay_url,
        cast(null as {{ dbt.type_string() }}) as top_signal,
        cast(null as numeric(5, 1)) as frustration_score,
        occurred_at,
        cast(null as {{ dbt.type_timestamp() }}) as ended_at
    from attributed_calls

    union all

    select
        {{ dbt.concat(["'session:'", 'session_id']) }} as moment_id,
        profile_id,
        'session' as moment_type,
        cast(null as {{ dbt.type_string() }}) as title,
        user_id,
        anonymous_id,
        session_id,
        url,
        replay_url,
        top_signal,
        frustration_score,
        started_at as occurred_at,
        ended_at
    from sessions

)

select * from profile_timeline
