with

alerts as (

    select
        spike_floor,
        session_id,
        profile_id,
        spike_rule,
        occurred_at

    from {{ ref('spike_backtest_sessions') }}

),

sessions as (

    select
        session_id,
        started_at

    from {{ ref('sessions') }}

    where
        started_at < {{ as_of_day() }}
        and started_at >= {{ dbt.dateadd('day', -30, as_of_day()) }}

),

session_scores as (

    select session_id

    from {{ ref('session_scores') }}

    where frustration_score is not null

),

thresholds as (

    {{ frustration_thresholds(['spike_score']) }}

),

floors as (

    select spike_floor from {{ ref('spike_floors') }}

    union

    select cast(spike_score as numeric(5, 1)) as spike_floor from thresholds

),

-- A warehouse that is younger than a month has fewer days to divide by.
month as (

    select
        count(session_scores.session_id) as scored_sessions,
        {{ dbt.datediff('min(sessions.started_at)', as_of_day(), 'day') }}
            as observed_days

    from sessions

    left join session_scores
        on sessions.session_id = session_scores.session_id

),

counted as (

    select
        spike_floor,
        count(*) as alerts,
        count(distinct profile_id) as people,
        sum(case when spike_rule = 'own_baseline' then 1 else 0 end)
            as own_baseline_alerts,
        sum(case when spike_rule = 'global_percentile' then 1 else 0 end)
            as global_percentile_alerts,
        sum(case when spike_rule = 'fixed_score' then 1 else 0 end)
            as fixed_score_alerts

    from alerts

    group by 1

),

backtest as (

    select
        floors.spike_floor,
        cast(coalesce(counted.alerts, 0) as integer) as alerts,
        cast(coalesce(counted.people, 0) as integer) as people,
        cast(coalesce(counted.own_baseline_alerts, 0) as integer)
            as own_baseline_alerts,
        cast(coalesce(counted.global_percentile_alerts, 0) as integer)
            as global_percentile_alerts,
        cast(coalesce(counted.fixed_score_alerts, 0) as integer)
            as fixed_score_alerts,
        cast(month.scored_sessions as integer) as scored_sessions,
        cast(
            coalesce(counted.alerts, 0) * 1.0 / nullif(month.observed_days, 0)
            as numeric(18, 1)
        ) as alerts_per_day,
        cast(
            coalesce(counted.alerts, 0) * 1000.0 / nullif(month.scored_sessions, 0)
            as numeric(18, 1)
        ) as alerts_per_1000_sessions,
        floors.spike_floor = thresholds.spike_score as is_in_force

    from floors

    cross join thresholds

    cross join month

    left join counted
        on floors.spike_floor = counted.spike_floor

)

select * from backtest
