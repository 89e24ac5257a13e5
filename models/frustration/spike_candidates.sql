with

sessions as (

    select
        session_id,
        is_complete,
        started_at,
        coalesce(ended_at, last_event_at, started_at) as ended_at,
        coalesce(last_event_at, ended_at, started_at) as last_event_at

    from {{ ref('sessions') }}

),

session_scores as (

    select
        session_id,
        profile_id,
        frustration_score

    from {{ ref('session_scores') }}

    where profile_id is not null

),

thresholds as (

    {{ frustration_thresholds(['spike_score', 'settle_minutes']) }}

),

floors as (

    select min(spike_floor) as lowest_floor

    from {{ ref('spike_floors') }}

),

-- A session is judged once it is over: until then its score may still grow. The floors
-- of the backtest are judged as well, so that it can say what a lower one would bring.
spike_candidates as (

    select
        session_scores.session_id,
        session_scores.profile_id,
        session_scores.frustration_score,
        sessions.started_at,
        sessions.ended_at

    from session_scores

    cross join thresholds

    cross join floors

    inner join sessions
        on session_scores.session_id = sessions.session_id

    where
        session_scores.frustration_score
        >= least(thresholds.spike_score, floors.lowest_floor)
        and (
            coalesce(sessions.is_complete, false)
            or {{ dbt.dateadd(
                'minute', 'thresholds.settle_minutes', 'sessions.last_event_at'
            ) }} <= {{ as_of() }}
        )

)

select * from spike_candidates
