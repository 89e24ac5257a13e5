with

candidates as (

    select
        session_id,
        profile_id,
        started_at

    from {{ ref('spike_candidates') }}

),

sessions as (

    select
        session_id,
        started_at

    from {{ ref('sessions') }}

),

session_scores as (

    select
        session_id,
        profile_id,
        frustration_score

    from {{ ref('session_scores') }}

    where frustration_score is not null

),

thresholds as (

    {{ frustration_thresholds(['spike_baseline_days']) }}

),

-- Only what came before: a later session must not change an alert already given.
earlier_scores as (

    select
        candidates.session_id,
        session_scores.frustration_score

    from candidates

    cross join thresholds

    inner join session_scores
        on candidates.profile_id = session_scores.profile_id

    inner join sessions
        on session_scores.session_id = sessions.session_id

    where
        sessions.started_at < candidates.started_at
        and {{ dbt.dateadd(
            'day', 'thresholds.spike_baseline_days', 'sessions.started_at'
        ) }} >= candidates.started_at

),

medians as (

    select
        session_id,
        count(*) as baseline_sessions,
        percentile_cont(0.5) within group (order by frustration_score)
            as median_score

    from earlier_scores

    group by 1

),

deviations as (

    select
        earlier_scores.session_id,
        percentile_cont(0.5) within group (
            order by abs(earlier_scores.frustration_score - medians.median_score)
        ) as median_deviation

    from earlier_scores

    inner join medians
        on earlier_scores.session_id = medians.session_id

    group by 1

),

own_baselines as (

    select
        medians.session_id,
        medians.baseline_sessions,
        cast(medians.median_score as numeric(18, 6)) as median_score,
        cast(deviations.median_deviation as numeric(18, 6)) as median_deviation

    from medians

    inner join deviations
        on medians.session_id = deviations.session_id

)

select * from own_baselines
