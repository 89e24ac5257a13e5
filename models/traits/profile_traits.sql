{{ config(indexes=lookup_indexes('profile_id')) }}

with

profiles as (

    select
        profile_id,
        user_id,
        anonymous_id,
        email,
        is_known,
        last_seen_at

    from {{ ref('profiles') }}

),

profile_sessions as (

    select
        profile_id,
        sessions_count,
        scored_sessions_count,
        has_eu_sessions

    from {{ ref('profile_sessions') }}

),

profile_scores as (

    select
        profile_id,
        frustration_score,
        frustration_band

    from {{ ref('profile_scores') }}

),

profile_replays as (

    select
        profile_id,
        last_replay_url,
        worst_replay_url_30d,
        replay_count_30d,
        last_replay_at,
        last_replay_expires_at

    from {{ ref('profile_replays') }}

),

thresholds as (

    {{ frustration_thresholds([]) }}

),

-- Calm (0) and never seen (null) differ. Once scored, always a number: somebody whose
-- sessions have all grown old is calm as far as anyone knows.
profile_traits as (

    select
        profiles.profile_id,
        profiles.user_id,
        profiles.anonymous_id,
        profiles.email,
        case
            when profile_sessions.has_eu_sessions then 'eu'
            else '{{ var("default_region") }}'
        end as region,
        case
            when profile_sessions.scored_sessions_count > 0
                then coalesce(profile_scores.frustration_band, 'none')
        end as frustration_band,
        profile_replays.last_replay_url,
        profile_replays.last_replay_url as last_relyv_replay,
        profile_replays.worst_replay_url_30d,
        {{ dbt.concat([
            "'" ~ var('relyv_sessions_base_url') ~ "/'", 'profiles.profile_id'
        ]) }} as relyv_sessions_url,
        thresholds.definition_version,
        cast(
            case
                when profile_sessions.scored_sessions_count > 0
                    then coalesce(profile_scores.frustration_score, 0)
            end as numeric(5, 1)
        ) as frustration_score,
        cast(coalesce(profile_replays.replay_count_30d, 0) as integer)
            as replay_count_30d,
        cast(coalesce(profile_sessions.sessions_count, 0) as integer)
            as sessions_count,
        profiles.is_known,
        profile_replays.last_replay_at,
        profile_replays.last_replay_expires_at,
        profiles.last_seen_at

    from profiles

    cross join thresholds

    left join profile_sessions
        on profiles.profile_id = profile_sessions.profile_id

    left join profile_scores
        on profiles.profile_id = profile_scores.profile_id

    left join profile_replays
        on profiles.profile_id = profile_replays.profile_id

)

select * from profile_traits
