{{ config(**session_by_session()) }}

with

excluded_sessions as (

    select session_id

    from {{ ref('session_exclusions') }}

    where {{ is_of_changed_session() }}

),

signals as (

    select
        session_signals.session_id,
        session_signals.signal_name,
        session_signals.points,
        session_signals.occurred_at

    from {{ ref('session_signals') }} as session_signals

    left join excluded_sessions
        on session_signals.session_id = excluded_sessions.session_id

    where
        excluded_sessions.session_id is null
        and {{ is_of_changed_session('session_signals.session_id') }}

),

thresholds as (

    {{ frustration_thresholds(['window_minutes']) }}

),

windows as (

    select distinct
        signals.session_id,
        signals.occurred_at as window_started_at,
        {{ dbt.dateadd('minute', 'thresholds.window_minutes', 'signals.occurred_at') }}
            as window_ends_at

    from signals

    cross join thresholds

),

session_signal_names as (

    select distinct
        session_id,
        signal_name

    from signals

),

-- A window holds what came before its end less what came before its start. So one pass
-- counts all: a page that throws 100,000 errors must not be joined with itself.
moments as (

    select
        session_id,
        signal_name,
        cast(null as {{ dbt.type_timestamp() }}) as window_started_at,
        occurred_at as moment_at,
        1 as is_signal,
        points,
        0 as direction

    from signals

    {% for moment, direction in [('window_started_at', -1), ('window_ends_at', 1)] %}
        union all

        select
            windows.session_id,
            session_signal_names.signal_name,
            windows.window_started_at,
            windows.{{ moment }} as moment_at,
            0 as is_signal,
            0 as points,
            {{ direction }} as direction

        from windows

        inner join session_signal_names
            on windows.session_id = session_signal_names.session_id
    {% endfor %}

),

running as (

    select
        session_id,
        signal_name,
        window_started_at,
        direction,
        sum(is_signal) over (
            partition by session_id, signal_name
            order by moment_at, is_signal
            rows between unbounded preceding and current row
        ) as signals_before,
        sum(points) over (
            partition by session_id, signal_name
            order by moment_at, is_signal
            rows between unbounded preceding and current row
        ) as points_before

    from moments

),

window_signals as (

    select
        session_id,
        window_started_at,
        signal_name,
        cast(sum(direction * signals_before) as integer) as signal_count,
        cast(sum(direction * points_before) as numeric(18, 1)) as signal_points

    from running

    where direction <> 0

    group by 1, 2, 3

    having sum(direction * signals_before) > 0

)

select * from window_signals
