{{ config(**session_by_session(also_by='profile_id')) }}

with

sessions as (

    select
        session_id,
        profile_id

    from {{ ref('session_parts') }}

    where is_last and {{ is_of_changed_session() }}

),

session_exclusions as (

    select
        session_id,
        score_excluded_reason

    from {{ ref('session_exclusions') }}

    where {{ is_of_changed_session() }}

),

worst_windows as (

    select
        session_id,
        window_points,
        window_started_at

    from {{ ref('worst_windows') }}

    where {{ is_of_changed_session() }}

),

top_signals as (

    select
        session_id,
        signal_name

    from {{ ref('frustration_contributions') }}

    where contribution_rank = 1 and {{ is_of_changed_session() }}

),

thresholds as (

    {{ frustration_thresholds(['max_score']) }}

),

-- A session that was watched and shows nothing scores 0; one that does not count, null.
session_scores as (

    select
        sessions.session_id,
        sessions.profile_id,
        cast(
            case
                when session_exclusions.session_id is null
                    then
                        least(
                            coalesce(worst_windows.window_points, 0),
                            thresholds.max_score
                        )
            end as numeric(5, 1)
        ) as frustration_score,
        top_signals.signal_name as top_signal,
        session_exclusions.score_excluded_reason,
        thresholds.definition_version,
        worst_windows.window_started_at as worst_window_started_at

    from sessions

    cross join thresholds

    left join session_exclusions
        on sessions.session_id = session_exclusions.session_id

    left join worst_windows
        on sessions.session_id = worst_windows.session_id

    left join top_signals
        on sessions.session_id = top_signals.session_id

)

select * from session_scores
