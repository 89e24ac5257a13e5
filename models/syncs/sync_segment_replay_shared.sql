with

replays_shared as (

    select
        event_id,
        user_id,
        anonymous_id,
        session_id,
        share_id,
        region,
        replay_url,
        share_channel,
        top_signal,
        definition_version,
        frustration_score,
        occurred_at

    from {{ ref('event_replay_shared') }}

)

select * from replays_shared
