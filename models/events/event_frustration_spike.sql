with

forwardable_sessions as (

    select
        session_id,
        user_id,
        anonymous_id,
        region,
        replay_url,
        top_signal

    from {{ ref('forwardable_sessions') }}

),

frustration_spikes as (

    select
        session_id,
        spike_rule,
        frustration_score,
        definition_version,
        occurred_at

    from {{ ref('frustration_spikes') }}

),

spikes as (

    select
        {{ dbt.hash(dbt.concat(
            ["'frustration_spike:'", 'frustration_spikes.session_id']
        )) }} as event_id,
        forwardable_sessions.user_id,
        forwardable_sessions.anonymous_id,
        forwardable_sessions.session_id,
        forwardable_sessions.region,
        forwardable_sessions.replay_url,
        forwardable_sessions.top_signal,
        frustration_spikes.spike_rule,
        frustration_spikes.definition_version,
        frustration_spikes.frustration_score,
        frustration_spikes.occurred_at

    from frustration_spikes

    inner join forwardable_sessions
        on frustration_spikes.session_id = forwardable_sessions.session_id

)

select * from spikes
