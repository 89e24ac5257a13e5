{{ config(indexes=lookup_indexes('profile_id')) }}

with

sessions as (

    select
        session_id,
        profile_id,
        top_signal,
        decayed_score,
        session_rank

    from {{ ref('decayed_sessions') }}

),

weights as (

    select
        session_rank,
        weight

    from {{ ref('profile_score_weights') }}

),

bands as (

    select
        frustration_band,
        from_score,
        lead(from_score) over (order by from_score) as below_score

    from {{ ref('frustration_bands') }}

),

thresholds as (

    {{ frustration_thresholds([]) }}

),

-- Three sessions at most: no other rank has a weight.
summed as (

    select
        sessions.profile_id,
        cast(
            sum(cast(weights.weight * sessions.decayed_score as numeric(18, 6)))
            as numeric(5, 1)
        ) as frustration_score

    from sessions

    inner join weights
        on sessions.session_rank = weights.session_rank

    group by 1

),

worst_sessions as (

    select
        session_id,
        profile_id,
        top_signal

    from sessions

    where session_rank = 1

),

-- Nobody calm has a worst session.
profile_scores as (

    select
        summed.profile_id,
        summed.frustration_score,
        bands.frustration_band,
        case when summed.frustration_score > 0 then worst_sessions.top_signal end
            as top_signal,
        case when summed.frustration_score > 0 then worst_sessions.session_id end
            as worst_session_id,
        cast(
            100 * cume_dist() over (order by summed.frustration_score)
            as numeric(5, 1)
        ) as frustration_percentile,
        thresholds.definition_version

    from summed

    cross join thresholds

    inner join worst_sessions
        on summed.profile_id = worst_sessions.profile_id

    left join bands
        on
            summed.frustration_score >= bands.from_score
            and (
                summed.frustration_score < bands.below_score
                or bands.below_score is null
            )

)

select * from profile_scores
