{{ config(indexes=lookup_indexes('profile_id')) }}

with

sessions as (

    select
        session_id,
        profile_id,
        session_rank,
        top_signal,
        frustration_score,
        age_days,
        decayed_score,
        started_at

    from {{ ref('decayed_sessions') }}

    where decayed_score > 0

),

weights as (

    select
        session_rank,
        weight

    from {{ ref('profile_score_weights') }}

),

thresholds as (

    {{ frustration_thresholds([]) }}

),

profile_contributions as (

    select
        sessions.session_id,
        sessions.profile_id,
        sessions.session_rank,
        sessions.top_signal,
        sessions.frustration_score,
        sessions.age_days,
        sessions.decayed_score,
        weights.weight,
        cast(weights.weight * sessions.decayed_score as numeric(18, 6))
            as contribution,
        thresholds.definition_version,
        sessions.started_at

    from sessions

    cross join thresholds

    inner join weights
        on sessions.session_rank = weights.session_rank

)

select * from profile_contributions
