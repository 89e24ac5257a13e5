{{ config(**session_by_session()) }}

with

signals as (

    select
        session_id,
        signal_name,
        window_points,
        signal_count,
        signal_points,
        evidence_event_ids,
        first_at,
        last_at

    from {{ ref('worst_window_signals') }}

    where {{ is_of_changed_session() }}

),

weights as (

    select
        signal_name,
        signal_rank,
        cap

    from {{ ref('signal_weights') }}

),

thresholds as (

    {{ frustration_thresholds(['max_score']) }}

),

weighed_signals as (

    select
        signals.*,
        weights.signal_rank,
        cast(
            least(signals.signal_points, weights.cap)
            as numeric(18, 1)
        ) as points,
        -- A window of more than 100 points is scaled to 100 as a whole.
        greatest(signals.window_points, thresholds.max_score) as full_points,
        thresholds.max_score,
        thresholds.definition_version

    from signals

    cross join thresholds

    inner join weights
        on signals.signal_name = weights.signal_name

),

ranked_signals as (

    select
        *,
        row_number() over (
            partition by session_id
            order by points desc, signal_rank asc
        ) as contribution_rank,
        sum(points) over (
            partition by session_id
            order by points desc, signal_rank asc
            rows between unbounded preceding and current row
        ) as running_points

    from weighed_signals

),

-- Differences of rounded running sums: whatever each is rounded to, the sum is exact.
contributions as (

    select
        session_id,
        signal_name,
        signal_count,
        contribution_rank,
        points,
        cast(
            cast(running_points * max_score / full_points as numeric(18, 6))
            - cast(
                (running_points - points) * max_score / full_points as numeric(18, 6)
            ) as numeric(18, 6)
        ) as contribution,
        evidence_event_ids,
        definition_version,
        first_at,
        last_at

    from ranked_signals

)

select * from contributions
