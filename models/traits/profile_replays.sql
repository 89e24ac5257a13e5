with

watchable_sessions as (

    select
        session_id,
        profile_id,
        frustration_score,
        replay_url,
        replay_expires_at,
        started_at

    from {{ ref('watchable_sessions') }}

    where profile_id is not null

),

thresholds as (

    {{ frustration_thresholds(['replay_days']) }}

),

dated as (

    select
        watchable_sessions.*,
        {{ dbt.datediff('watchable_sessions.started_at', as_of_day(), 'day') }}
        <= thresholds.replay_days as is_recent

    from watchable_sessions

    cross join thresholds

),

ranked as (

    select
        *,
        row_number() over (
            partition by profile_id
            order by started_at desc, {{ in_byte_order('session_id') }} asc
        ) as newest_number,
        row_number() over (
            partition by profile_id, is_recent
            order by
                frustration_score desc,
                started_at desc,
                {{ in_byte_order('session_id') }} asc
        ) as worst_number

    from dated

),

-- The worst replay of someone who was never frustrated is no replay at all.
profile_replays as (

    select
        profile_id,
        max(case when newest_number = 1 then replay_url end) as last_replay_url,
        max(
            case
                when worst_number = 1 and is_recent and frustration_score > 0
                    then replay_url
            end
        ) as worst_replay_url_30d,
        sum(case when is_recent then 1 else 0 end) as replay_count_30d,
        max(case when newest_number = 1 then started_at end) as last_replay_at,
        max(case when newest_number = 1 then replay_expires_at end)
            as last_replay_expires_at

    from ranked

    group by 1

)

select * from profile_replays
