with

candidates as (

    select
        session_id,
        profile_id,
        frustration_score,
        started_at,
        ended_at

    from {{ ref('spike_candidates') }}

),

own_baselines as (

    select
        session_id,
        baseline_sessions,
        median_score,
        median_deviation

    from {{ ref('spike_own_baselines') }}

),

global_baselines as (

    select
        started_on,
        baseline_sessions,
        percentile_score

    from {{ ref('spike_global_baselines') }}

),

thresholds as (

    {{ frustration_thresholds([
        'deviation_scale',
        'spike_baseline_sessions',
        'spike_deviation_floor',
        'spike_deviations',
        'spike_percentile_sessions',
        'spike_rise',
        'spike_score_without_baseline',
    ]) }}

),

chosen_baselines as (

    select
        candidates.session_id,
        case
            when own_baselines.baseline_sessions >= thresholds.spike_baseline_sessions
                then 'own_baseline'
            when
                global_baselines.baseline_sessions
                >= thresholds.spike_percentile_sessions
                then 'global_percentile'
            else 'fixed_score'
        end as spike_rule,
        own_baselines.median_score
        + greatest(
            thresholds.spike_rise,
            thresholds.spike_deviations
            * greatest(
                thresholds.spike_deviation_floor,
                thresholds.deviation_scale * own_baselines.median_deviation
            )
        ) as own_threshold,
        global_baselines.percentile_score as global_threshold,
        thresholds.spike_score_without_baseline as fixed_threshold

    from candidates

    cross join thresholds

    left join own_baselines
        on candidates.session_id = own_baselines.session_id

    left join global_baselines
        on cast(candidates.started_at as date) = global_baselines.started_on

),

verdicts as (

    select
        candidates.session_id,
        candidates.profile_id,
        chosen_baselines.spike_rule,
        candidates.frustration_score,
        cast(
            case chosen_baselines.spike_rule
                when 'own_baseline' then chosen_baselines.own_threshold
                when 'global_percentile' then chosen_baselines.global_threshold
                else chosen_baselines.fixed_threshold
            end as numeric(18, 6)
        ) as threshold_score,
        candidates.started_at,
        candidates.ended_at

    from candidates

    inner join chosen_baselines
        on candidates.session_id = chosen_baselines.session_id

)

select * from verdicts
