{{ config(**session_by_session()) }}

with

visits as (

    select
        event_id,
        session_id,
        profile_id,
        tab_id,
        away_ms,
        visit_number,
        occurred_at

    from {{ ref('page_visits') }}

    where {{ is_of_changed_session() }}

),

thresholds as (

    {{ frustration_thresholds(['page_loop_ms', 'page_loop_returns']) }}

),

judged as (

    select
        visits.*,
        thresholds.page_loop_returns,
        coalesce(visits.away_ms <= thresholds.page_loop_ms, false) as is_return

    from visits

    cross join thresholds

),

-- A page that was not seen lately is a way out, and ends the run.
runs as (

    select
        *,
        sum(case when is_return then 0 else 1 end) over (
            partition by session_id, tab_id
            order by visit_number
            rows between unbounded preceding and current row
        ) as run_number

    from judged

),

returns as (

    select
        *,
        count(*) over (
            partition by session_id, tab_id, run_number
        ) as returns_in_run,
        first_value(event_id) over (
            partition by session_id, tab_id, run_number
            order by visit_number
        ) as episode_id

    from runs

    where is_return

),

page_loops as (

    select
        event_id,
        session_id,
        profile_id,
        episode_id,
        occurred_at

    from returns

    where returns_in_run >= page_loop_returns

)

select * from page_loops
