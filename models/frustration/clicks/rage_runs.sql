{{ config(**session_by_session()) }}

with

clicks as (

    select
        event_id,
        session_id,
        profile_id,
        tab_id,
        target_key,
        definition,
        x,
        y,
        seq,
        moment_ms,
        occurred_at

    from {{ ref('judged_clicks') }}

    where is_rage_click_target and {{ is_of_changed_session() }}

),

steps as (

    select
        event_id,
        lane,
        voids_before,
        voids_until_next,
        begins_run

    from {{ ref('rage_steps') }}

    where {{ is_of_changed_session() }}

),

definitions as (

    select
        definition,
        rage_clicks,
        rage_needs_dead

    from {{ ref('signal_definitions') }}

),

dead_clicks as (

    select event_id

    from {{ ref('dead_clicks') }}

    where {{ is_of_changed_session() }}

),

numbered as (

    select
        clicks.*,
        steps.lane,
        steps.voids_before,
        steps.voids_until_next,
        sum(steps.begins_run) over (
            partition by clicks.session_id, clicks.tab_id, steps.lane
            {{ in_page_order('clicks') }}
            rows between unbounded preceding and current row
        ) as run_number

    from clicks

    inner join steps
        on clicks.event_id = steps.event_id

),

runs as (

    select
        *,
        row_number() over (
            partition by session_id, tab_id, lane, run_number
            {{ in_page_order() }}
        ) as click_number,
        count(*) over (
            partition by session_id, tab_id, lane, run_number
        ) as run_clicks,
        min(voids_before) over (
            partition by session_id, tab_id, lane, run_number
        ) < max(voids_until_next) over (
            partition by session_id, tab_id, lane, run_number
        ) as is_void

    from numbered

),

-- What is too short, void, or answered where only dead clicks count, is no rage.
rage_runs as (

    select
        runs.event_id,
        runs.session_id,
        runs.profile_id,
        runs.tab_id,
        runs.lane,
        runs.target_key,
        runs.definition,
        runs.x,
        runs.y,
        runs.moment_ms,
        runs.run_number,
        runs.click_number,
        runs.occurred_at

    from runs

    inner join definitions
        on runs.definition = definitions.definition

    left join dead_clicks
        on runs.event_id = dead_clicks.event_id

    where
        runs.run_clicks >= definitions.rage_clicks
        and not runs.is_void
        and (not definitions.rage_needs_dead or dead_clicks.event_id is not null)

)

select * from rage_runs
