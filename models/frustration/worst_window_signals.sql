{{ config(**session_by_session()) }}

with

worst_windows as (

    select
        session_id,
        window_points,
        window_started_at,
        window_ends_at

    from {{ ref('worst_windows') }}

    where {{ is_of_changed_session() }}

),

signals as (

    select
        session_id,
        signal_name,
        evidence_event_ids,
        evidence_event_id,
        points,
        last_at,
        occurred_at

    from {{ ref('session_signals') }}

    where {{ is_of_changed_session() }}

),

worst_window_signals as (

    select
        signals.session_id,
        signals.signal_name,
        worst_windows.window_points,
        count(*) as signal_count,
        sum(signals.points) as signal_points,
        {{ dbt.listagg(
            measure='signals.evidence_event_ids',
            delimiter_text="','",
            order_by_clause='order by signals.occurred_at, '
                ~ in_byte_order('signals.evidence_event_id'),
        ) }} as evidence_event_ids,
        min(signals.occurred_at) as first_at,
        max(signals.last_at) as last_at

    from worst_windows

    inner join signals
        on
            worst_windows.session_id = signals.session_id
            and worst_windows.window_started_at <= signals.occurred_at
            and worst_windows.window_ends_at > signals.occurred_at

    group by 1, 2, 3

)

select * from worst_window_signals
