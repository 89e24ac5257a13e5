with

people as (

    select
        account_id,
        user_id,
        frustration_band,
        frustration_score,
        sessions_count,
        has_eu_sessions,
        frustration_rank,
        membership_rank,
        last_session_at

    from {{ ref('account_people') }}

),

sessions as (

    select
        session_id,
        group_id as account_id

    from {{ ref('sessions') }}

    where group_id is not null

),

watchable_sessions as (

    select
        session_id,
        frustration_score,
        replay_url,
        started_at

    from {{ ref('watchable_sessions') }}

    where profile_id is not null

),

thresholds as (

    {{ frustration_thresholds(['replay_days']) }}

),

replays as (

    select
        sessions.account_id,
        watchable_sessions.session_id,
        watchable_sessions.frustration_score,
        watchable_sessions.replay_url,
        watchable_sessions.started_at,
        {{ dbt.datediff('watchable_sessions.started_at', as_of_day(), 'day') }}
        <= thresholds.replay_days as is_recent

    from watchable_sessions

    cross join thresholds

    inner join sessions
        on watchable_sessions.session_id = sessions.session_id

),

ranked_replays as (

    select
        *,
        row_number() over (
            partition by account_id
            order by started_at desc, {{ in_byte_order('session_id') }} asc
        ) as newest_number,
        row_number() over (
            partition by account_id, is_recent
            order by
                frustration_score desc,
                started_at desc,
                {{ in_byte_order('session_id') }} asc
        ) as worst_number

    from replays

),

account_replays as (

    select
        account_id,
        max(case when newest_number = 1 then replay_url end) as last_replay_url,
        max(
            case
                when worst_number = 1 and is_recent and frustration_score > 0
                    then replay_url
            end
        ) as worst_replay_url_30d,
        sum(case when is_recent then 1 else 0 end) as replay_count_30d,
        max(started_at) as last_replay_at

    from ranked_replays

    group by 1

),

accounts as (

    select
        account_id,
        max(case when membership_rank = 1 then user_id end) as member_user_id,
        case
            when max(case when has_eu_sessions then 1 else 0 end) = 1 then 'eu'
            else '{{ var("default_region") }}'
        end as region,
        max(case when frustration_rank = 1 then frustration_band end)
            as frustration_band,
        max(frustration_score) as frustration_score,
        sum(case when frustration_band in ('high', 'critical') then 1 else 0 end)
            as frustrated_people_count,
        count(*) as people_count,
        sum(sessions_count) as sessions_count,
        max(last_session_at) as last_session_at

    from people

    group by 1

),

account_traits as (

    select
        accounts.account_id,
        accounts.member_user_id,
        accounts.region,
        accounts.frustration_band,
        account_replays.last_replay_url,
        account_replays.worst_replay_url_30d,
        thresholds.definition_version,
        cast(accounts.frustration_score as numeric(5, 1)) as frustration_score,
        cast(accounts.frustrated_people_count as integer) as frustrated_people_count,
        cast(accounts.people_count as integer) as people_count,
        cast(accounts.sessions_count as integer) as sessions_count,
        cast(coalesce(account_replays.replay_count_30d, 0) as integer)
            as replay_count_30d,
        account_replays.last_replay_at,
        accounts.last_session_at

    from accounts

    cross join thresholds

    left join account_replays
        on accounts.account_id = account_replays.account_id

)

select * from account_traits
