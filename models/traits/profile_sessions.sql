with

sessions as (

    select
        session_id,
        profile_id,
        region

    from {{ ref('sessions') }}

    where profile_id is not null

),

session_scores as (

    select
        session_id,
        frustration_score,
        score_excluded_reason

    from {{ ref('session_scores') }}

),

-- A session too short to score was still a visit; one of a bot was not.
profile_sessions as (

    select
        sessions.profile_id,
        sum(
            case
                when
                    session_scores.score_excluded_reason is null
                    or session_scores.score_excluded_reason = 'too_short'
                    then 1
                else 0
            end
        ) as sessions_count,
        count(session_scores.frustration_score) as scored_sessions_count,
        max(case when sessions.region = 'eu' then 1 else 0 end) = 1 as has_eu_sessions

    from sessions

    inner join session_scores
        on sessions.session_id = session_scores.session_id

    group by 1

)

select * from profile_sessions
