with

forwardable_parts as (

    select
        session_id,
        profile_id,
        user_id,
        anonymous_id,
        region,
        replay_url,
        top_signal,
        definition_version,
        frustration_score,
        is_last

    from {{ ref('forwardable_parts') }}

),

-- A session as a whole is its last user's.
forwardable_sessions as (

    select
        session_id,
        profile_id,
        user_id,
        anonymous_id,
        region,
        replay_url,
        top_signal,
        definition_version,
        frustration_score

    from forwardable_parts

    where is_last

)

select * from forwardable_sessions
