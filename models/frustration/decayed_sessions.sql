with

sessions as (

    select
        session_id,
        started_at,
        {{ dbt.datediff('started_at', as_of_day(), 'day') }} as age_days  -- noqa: LT05

    from {{ ref('sessions') }}

),

session_scores as (

    select
        session_id,
        profile_id,
        frustration_score,
        top_signal

    from {{ ref('session_scores') }}

    where frustration_score is not null and profile_id is not null

),

thresholds as (

    {{ frustration_thresholds(['profile_days', 'half_life_days']) }}

),

-- The power is rounded at once: engines differ in its last digits, not in these.
decayed_sessions as (

    select
        session_scores.session_id,
        session_scores.profile_id,
        session_scores.top_signal,
        session_scores.frustration_score,
        sessions.age_days,
        cast(
            session_scores.frustration_score
            * cast(
                power(0.5, sessions.age_days / thresholds.half_life_days)
                as numeric(18, 9)
            ) as numeric(18, 6)
        ) as decayed_score,
        sessions.started_at

    from session_scores

    cross join thresholds

    inner join sessions
        on session_scores.session_id = sessions.session_id

    where sessions.age_days <= thresholds.profile_days

),

ranked_sessions as (

    select
        session_id,
        profile_id,
        top_signal,
        frustration_score,
        age_days,
        decayed_score,
        started_at,
        row_number() over (
            partition by profile_id
            order by
                decayed_score desc,
                started_at desc,
                {{ in_byte_order('session_id') }} asc
        ) as session_rank

    from decayed_sessions

)

select * from ranked_sessions
