with

spikes as (

    select
        session_id,
        profile_id,
        spike_rule,
        frustration_score,
        threshold_score,
        definition_version,
        started_at,
        occurred_at

    from {{ ref('spike_alerts') }}

    where is_in_force

)

select * from spikes
