{{ config(**session_by_session()) }}

with

window_signals as (

    select
        session_id,
        window_started_at,
        signal_name,
        signal_points

    from {{ ref('window_signals') }}

    where {{ is_of_changed_session() }}

),

weights as (

    select
        signal_name,
        cap

    from {{ ref('signal_weights') }}

),

thresholds as (

    {{ frustration_thresholds(['window_minutes']) }}

),

-- Capped signal by signal: one broken button hit 200 times is one complaint.
weighed_windows as (

    select
        window_signals.session_id,
        window_signals.window_started_at,
        sum(least(window_signals.signal_points, weights.cap)) as window_points,
        sum(window_signals.signal_points) as uncapped_points

    from window_signals

    inner join weights
        on window_signals.signal_name = weights.signal_name

    group by 1, 2

),

ranked_windows as (

    select
        session_id,
        window_points,
        window_started_at,
        row_number() over (
            partition by session_id
            order by window_points desc, uncapped_points desc, window_started_at asc
        ) as window_number

    from weighed_windows

),

worst_windows as (

    select
        ranked_windows.session_id,
        cast(ranked_windows.window_points as numeric(18, 1)) as window_points,
        ranked_windows.window_started_at,
        {{ dbt.dateadd(
            'minute', 'thresholds.window_minutes', 'ranked_windows.window_started_at'
        ) }} as window_ends_at

    from ranked_windows

    cross join thresholds

    where ranked_windows.window_number = 1

)

select * from worst_windows
