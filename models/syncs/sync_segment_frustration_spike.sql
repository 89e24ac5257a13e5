with

spikes as (

    select
        event_id,
        user_id,
        anonymous_id,
        session_id,
        region,
        replay_url,
        top_signal,
        spike_rule,
        definition_version,
        frustration_score,
        occurred_at

    from {{ ref('event_frustration_spike') }}

)

select * from spikes
