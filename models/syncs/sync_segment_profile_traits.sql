with

-- Known people only: a trait on an anonymous id would make Segment count one more
-- tracked user. Nor people whom Relyv never met, who have nothing to be told of.
known_profiles as (

    select
        profile_id,
        user_id,
        region,
        frustration_band,
        last_replay_url,
        last_relyv_replay,
        worst_replay_url_30d,
        relyv_sessions_url,
        frustration_score,
        replay_count_30d,
        sessions_count,
        last_replay_at,
        last_replay_expires_at

    from {{ ref('profile_traits') }}

    where user_id is not null and sessions_count > 0

)

select * from known_profiles
