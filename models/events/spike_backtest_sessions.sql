with

alerts as (

    select
        spike_floor,
        session_id,
        profile_id,
        spike_rule,
        frustration_score,
        is_in_force,
        occurred_at

    from {{ ref('spike_alerts') }}

    where
        occurred_at < {{ as_of_day() }}
        and occurred_at >= {{ dbt.dateadd('day', -30, as_of_day()) }}

),

forwardable_sessions as (

    select
        session_id,
        user_id,
        replay_url,
        top_signal

    from {{ ref('forwardable_sessions') }}

),

backtest_sessions as (

    select
        {{ dbt.hash(dbt.concat([
            'cast(alerts.spike_floor as ' ~ dbt.type_string() ~ ')',
            "':'",
            'alerts.session_id',
        ])) }} as alert_id,
        alerts.spike_floor,
        alerts.session_id,
        alerts.profile_id,
        forwardable_sessions.user_id,
        forwardable_sessions.replay_url,
        forwardable_sessions.top_signal,
        alerts.spike_rule,
        alerts.frustration_score,
        alerts.is_in_force,
        alerts.occurred_at

    from alerts

    inner join forwardable_sessions
        on alerts.session_id = forwardable_sessions.session_id

)

select * from backtest_sessions
