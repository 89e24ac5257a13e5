with

-- A group call has to name a member, and an anonymous one would be a tracked user more.
accounts as (

    select
        account_id,
        member_user_id,
        region,
        frustration_band,
        last_replay_url,
        worst_replay_url_30d,
        definition_version,
        frustration_score,
        frustrated_people_count,
        people_count,
        sessions_count,
        replay_count_30d,
        last_replay_at

    from {{ ref('account_traits') }}

    where member_user_id is not null

)

select * from accounts
