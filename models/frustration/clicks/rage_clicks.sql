{{ config(**session_by_session()) }}

with

definitions as (

    select
        definition,
        rage_clicks,
        rage_span_ms,
        rage_metric,
        rage_radius_px,
        rage_radius_px * rage_radius_px as squared_radius,
        rage_target_rule,
        rage_episode_rule,
        rage_needs_dead

    from {{ ref('signal_definitions') }}

),

dead_clicks as (

    select distinct event_id

    from {{ ref('dead_clicks') }}

    where {{ is_of_changed_session() }}

),

runs as (

    select
        rage_runs.event_id,
        rage_runs.session_id,
        rage_runs.profile_id,
        rage_runs.tab_id,
        rage_runs.lane,
        rage_runs.run_number,
        rage_runs.click_number,
        rage_runs.target_key,
        rage_runs.x,
        rage_runs.y,
        rage_runs.moment_ms,
        rage_runs.occurred_at,
        definitions.rage_clicks,
        definitions.rage_span_ms,
        definitions.rage_metric,
        definitions.rage_radius_px,
        definitions.squared_radius,
        definitions.rage_target_rule,
        definitions.rage_episode_rule

    from {{ ref('rage_runs') }} as rage_runs

    inner join definitions
        on rage_runs.definition = definitions.definition

    left join dead_clicks
        on rage_runs.event_id = dead_clicks.event_id

    where
        rage_runs.run_clicks >= definitions.rage_clicks
        and not rage_runs.is_void
        and (not definitions.rage_needs_dead or dead_clicks.event_id is not null)
        and {{ is_of_changed_session('rage_runs.session_id') }}

),

{% set same_run = "last_clicks.session_id = {0}.session_id
            and last_clicks.tab_id = {0}.tab_id
            and last_clicks.lane = {0}.lane
            and last_clicks.run_number = {0}.run_number" %}

-- Each click, with the ones that led to it: do the last N fit the rule?
fitting as (

    select
        last_clicks.session_id,
        last_clicks.tab_id,
        last_clicks.lane,
        last_clicks.run_number,
        last_clicks.click_number as end_number,
        max(last_clicks.rage_clicks) as rage_clicks,
        max(last_clicks.rage_episode_rule) as rage_episode_rule

    from runs as last_clicks

    inner join runs as earlier
        on
            {{ same_run.format('earlier') }}
            and earlier.click_number
            between last_clicks.click_number - last_clicks.rage_clicks + 1
            and last_clicks.click_number

    inner join runs as anchors
        on
            {{ same_run.format('anchors') }}
            and last_clicks.click_number - last_clicks.rage_clicks + 1
            = anchors.click_number

    group by
        last_clicks.session_id,
        last_clicks.tab_id,
        last_clicks.lane,
        last_clicks.run_number,
        last_clicks.click_number

    having
        count(*) = max(last_clicks.rage_clicks)
        and coalesce(
            max(earlier.moment_ms) - min(earlier.moment_ms)
            <= max(last_clicks.rage_span_ms),
            true
        )
        and coalesce(
            case max(last_clicks.rage_metric)
                when 'box'
                    then
                        max(earlier.x) - min(earlier.x)
                        <= max(last_clicks.rage_radius_px)
                        and max(earlier.y) - min(earlier.y)
                        <= max(last_clicks.rage_radius_px)
                when 'anchor'
                    then
                        (
                            max(last_clicks.rage_target_rule) = 'consecutive_or_near'
                            and max(last_clicks.target_key) is not null
                        )
                        or max(
                            (earlier.x - anchors.x) * (earlier.x - anchors.x)
                            + (earlier.y - anchors.y) * (earlier.y - anchors.y)
                        ) <= max(last_clicks.squared_radius)
                when 'current'
                    then
                        max(
                            (earlier.x - last_clicks.x) * (earlier.x - last_clicks.x)
                            + (earlier.y - last_clicks.y) * (earlier.y - last_clicks.y)
                        ) <= max(last_clicks.squared_radius)
                else true
            end,
            false
        )

),

islands as (

    select
        *,
        end_number - row_number() over (
            partition by session_id, tab_id, lane, run_number
            order by end_number
        ) as island

    from fitting

),

placed as (

    select
        *,
        end_number - min(end_number) over (
            partition by session_id, tab_id, lane, run_number, island
        ) as island_position

    from islands

),

episodes as (

    select
        session_id,
        tab_id,
        lane,
        run_number,
        min(end_number) - min(rage_clicks) + 1 as first_number,
        case
            when min(rage_episode_rule) = 'resets' then min(end_number)
            else max(end_number)
        end as last_number

    from placed

    group by
        session_id,
        tab_id,
        lane,
        run_number,
        case when rage_episode_rule = 'once_per_run' then 0 else island end,
        case
            when rage_episode_rule = 'resets'
                then floor(island_position / (1.0 * rage_clicks))
            else 0
        end

),

members as (

    select
        runs.event_id,
        runs.session_id,
        runs.profile_id,
        runs.click_number,
        episodes.first_number,
        count(*) over (
            partition by
                episodes.session_id,
                episodes.tab_id,
                episodes.lane,
                episodes.run_number,
                episodes.first_number
        ) as episode_clicks,
        first_value(runs.event_id) over (
            partition by
                episodes.session_id,
                episodes.tab_id,
                episodes.lane,
                episodes.run_number,
                episodes.first_number
            order by runs.click_number
        ) as episode_id,
        runs.occurred_at

    from episodes

    inner join runs
        on
            episodes.session_id = runs.session_id
            and episodes.tab_id = runs.tab_id
            and episodes.lane = runs.lane
            and episodes.run_number = runs.run_number
            and runs.click_number between episodes.first_number
            and episodes.last_number

),

-- Windows of four in a row may share a click with the next; it is the first one's.
ranked as (

    select
        *,
        row_number() over (
            partition by event_id
            order by first_number
        ) as episode_number

    from members

),

rage_clicks as (

    select
        event_id,
        session_id,
        profile_id,
        episode_id,
        episode_clicks,
        occurred_at

    from ranked

    where episode_number = 1

)

select * from rage_clicks
