with

candidate_days as (

    select distinct cast(started_at as date) as started_on

    from {{ ref('spike_candidates') }}

),

sessions as (

    select
        session_id,
        cast(started_at as date) as started_on

    from {{ ref('sessions') }}

),

session_scores as (

    select
        session_id,
        frustration_score

    from {{ ref('session_scores') }}

    where frustration_score is not null

),

thresholds as (

    {{ frustration_thresholds(['spike_baseline_days', 'spike_percentile']) }}

),

-- A histogram: the percentile of each day then costs a hundred rows a day, not all.
daily_scores as (

    select
        sessions.started_on,
        session_scores.frustration_score,
        count(*) as session_count

    from session_scores

    inner join sessions
        on session_scores.session_id = sessions.session_id

    group by 1, 2

),

-- Whole days before the candidate's, so that a day's alerts do not shift under it.
earlier_scores as (

    select
        candidate_days.started_on,
        daily_scores.frustration_score,
        sum(daily_scores.session_count) as session_count

    from candidate_days

    cross join thresholds

    inner join daily_scores
        on
            candidate_days.started_on > daily_scores.started_on
            and {{ dbt.datediff(
                'daily_scores.started_on', 'candidate_days.started_on', 'day'
            ) }} <= thresholds.spike_baseline_days

    group by 1, 2

),

running as (

    select
        started_on,
        frustration_score,
        sum(session_count) over (
            partition by started_on
            order by frustration_score
            rows between unbounded preceding and current row
        ) as running_sessions,
        sum(session_count) over (partition by started_on) as baseline_sessions

    from earlier_scores

),

global_baselines as (

    select
        running.started_on,
        running.baseline_sessions,
        cast(min(running.frustration_score) as numeric(5, 1)) as percentile_score

    from running

    cross join thresholds

    where
        running.running_sessions
        >= thresholds.spike_percentile * running.baseline_sessions

    group by 1, 2

)

select * from global_baselines
