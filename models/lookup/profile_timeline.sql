{{ config(materialized='view') }}

with

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

-- Three disjoint rules, each with tables of its own: PostgreSQL then looks for one
-- profile by index. It would copy all calls first if they were named once above.
calls_by_user as (

    select
        calls.*,
        users.profile_id

    from {{ ref('stg_segment__calls') }} as calls

    inner join {{ ref('external_id_mapping') }} as users
        on calls.user_id = users.identifier_value

    where users.identifier_type = 'user_id' and users.profile_id is not null

),

calls_on_own_devices as (

    select
        calls.*,
        devices.profile_id

    from {{ ref('stg_segment__calls') }} as calls

    inner join {{ ref('external_id_mapping') }} as devices
        on calls.anonymous_id = devices.identifier_value

    left join {{ ref('external_id_mapping') }} as users
        on
            users.identifier_type = 'user_id'
            and users.profile_id is not null
            and calls.user_id = users.identifier_value

    where
        devices.identifier_type = 'anonymous_id'
        and devices.status = 'owned'
        and users.profile_id is null

),

-- Of several sessions at once on a shared device, the one that began last.
calls_on_shared_devices as (

    select
        calls.*,
        sessions.profile_id,
        row_number() over (
            partition by calls.event_id
            order by
                sessions.started_at desc,
                {{ in_byte_order('sessions.session_id') }} asc
        ) as session_number

    from {{ ref('external_id_mapping') }} as devices

    inner join {{ ref('sessions') }} as sessions
        on devices.identifier_value = sessions.anonymous_id

    inner join {{ ref('stg_segment__calls') }} as calls
        on
            devices.identifier_value = calls.anonymous_id
            and calls.occurred_at between sessions.started_at
            and coalesce(sessions.ended_at, sessions.last_event_at)

    left join {{ ref('external_id_mapping') }} as users
        on
            users.identifier_type = 'user_id'
            and users.profile_id is not null
            and calls.user_id = users.identifier_value

    where
        devices.identifier_type = 'anonymous_id'
        and devices.status <> 'owned'
        and sessions.profile_id is not null
        and users.profile_id is null

),

attributed_calls as (

    {% for rule in [
        'calls_by_user', 'calls_on_own_devices', 'calls_on_shared_devices'
    ] -%}
        select
            event_id,
            profile_id,
            call_table,
            user_id,
            anonymous_id,
            name,
            path,
            group_id,
            previous_id,
            event,
            event_text,
            url,
            occurred_at
        from {{ rule }}
        {{ 'where session_number = 1' if loop.last else 'union all' }}
    {% endfor %}

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
        case call_table
            when 'tracks' then coalesce(event_text, event)
            when 'identifies' then user_id
            when 'aliases' then previous_id
            when 'groups' then group_id
            else coalesce(name, path)
        end as title,
        user_id,
        anonymous_id,
        cast(null as {{ dbt.type_string() }}) as session_id,
        {{ url_without_query('url') }} as url,
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
