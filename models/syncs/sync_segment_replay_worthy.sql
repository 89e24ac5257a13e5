with

replays as (

    select
        event_id,
        user_id,
        anonymous_id,
        session_id,
        region,
        replay_url,
        worthy_because,
        top_signal,
        definition_version,
        frustration_score,
        occurred_at

    from {{ ref('event_replay_worthy') }}

)

select * from replays
