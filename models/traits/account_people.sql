with

sessions as (

    select
        session_id,
        profile_id,
        user_id,
        group_id as account_id,
        region,
        started_at

    from {{ ref('sessions') }}

    where profile_id is not null and group_id is not null

),

session_scores as (

    select session_id

    from {{ ref('session_scores') }}

    where coalesce(score_excluded_reason, 'too_short') = 'too_short'

),

profile_traits as (

    select
        profile_id,
        frustration_score,
        frustration_band

    from {{ ref('profile_traits') }}

),

memberships as (

    select
        sessions.account_id,
        sessions.profile_id,
        sessions.user_id,
        count(*) as sessions_count,
        max(case when sessions.region = 'eu' then 1 else 0 end) = 1 as has_eu_sessions,
        min(sessions.started_at) as first_session_at,
        max(sessions.started_at) as last_session_at

    from sessions

    inner join session_scores
        on sessions.session_id = session_scores.session_id

    group by 1, 2, 3

),

account_people as (

    select
        memberships.account_id,
        memberships.profile_id,
        memberships.user_id,
        profile_traits.frustration_band,
        profile_traits.frustration_score,
        memberships.sessions_count,
        memberships.has_eu_sessions,
        memberships.first_session_at,
        memberships.last_session_at,
        row_number() over (
            partition by memberships.account_id
            order by
                profile_traits.frustration_score desc nulls last,
                {{ in_byte_order('memberships.profile_id') }} asc
        ) as frustration_rank,
        row_number() over (
            partition by memberships.account_id
            order by
                case when memberships.user_id is null then 1 else 0 end asc,
                memberships.first_session_at asc,
                {{ in_byte_order('memberships.profile_id') }} asc
        ) as membership_rank

    from memberships

    inner join profile_traits
        on memberships.profile_id = profile_traits.profile_id

)

select * from account_people
