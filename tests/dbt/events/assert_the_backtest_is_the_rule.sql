{{ config(
    group='events',
    meta={'dagster': {'ref': {'name': 'frustration_spike_backtest'}}}
) }}

-- Who chooses a floor by the backtest gets those alerts: with the floor in force it has
-- each spike of the month that may be told of, and no other.

with

told as (

    select session_id

    from {{ ref('event_frustration_spike') }}

    where
        occurred_at < {{ as_of_day() }}
        and occurred_at >= {{ dbt.dateadd('day', -30, as_of_day()) }}

),

tried as (

    select session_id

    from {{ ref('spike_backtest_sessions') }}

    where is_in_force

)

select
    told.session_id as told_session_id,
    tried.session_id as tried_session_id

from told

full outer join tried
    on told.session_id = tried.session_id

where told.session_id is null or tried.session_id is null
