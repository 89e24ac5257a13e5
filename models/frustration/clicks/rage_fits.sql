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
        rage_target_rule

    from {{ ref('signal_definitions') }}

),

runs as (

    select
        rage_runs.session_id,
        rage_runs.tab_id,
        rage_runs.lane,
        rage_runs.run_number,
        rage_runs.definition,
        rage_runs.click_number,
        rage_runs.target_key,
        rage_runs.x,
        rage_runs.y,
        rage_runs.moment_ms,
        definitions.rage_clicks,
        definitions.rage_span_ms,
        definitions.rage_metric,
        definitions.rage_radius_px,
        definitions.squared_radius,
        definitions.rage_target_rule

    from {{ ref('rage_runs') }} as rage_runs

    inner join definitions
        on rage_runs.definition = definitions.definition

    where {{ is_of_changed_session('rage_runs.session_id') }}

),

{% set same_run = "last_clicks.session_id = {0}.session_id
            and last_clicks.tab_id = {0}.tab_id
            and last_clicks.lane = {0}.lane
            and last_clicks.run_number = {0}.run_number" %}

-- Each click with the N - 1 before it, and with the first of those.
spans as (

    select
        last_clicks.session_id,
        last_clicks.tab_id,
        last_clicks.lane,
        last_clicks.run_number,
        last_clicks.click_number as end_number,
        max(last_clicks.definition) as definition,
        max(last_clicks.rage_clicks) as rage_clicks,
        max(last_clicks.rage_span_ms) as rage_span_ms,
        max(last_clicks.rage_metric) as rage_metric,
        max(last_clicks.rage_radius_px) as rage_radius_px,
        max(last_clicks.squared_radius) as squared_radius,
        max(last_clicks.rage_target_rule) as rage_target_rule,
        max(last_clicks.target_key) as target_key,
        count(*) as clicks,
        count(earlier.x + earlier.y) as placed_clicks,
        max(earlier.moment_ms) - min(earlier.moment_ms) as span_ms,
        max(earlier.x) - min(earlier.x) as width,
        max(earlier.y) - min(earlier.y) as height,
        max(
            (earlier.x - first_clicks.x) * (earlier.x - first_clicks.x)
            + (earlier.y - first_clicks.y) * (earlier.y - first_clicks.y)
        ) as squared_from_first,
        max(
            (earlier.x - last_clicks.x) * (earlier.x - last_clicks.x)
            + (earlier.y - last_clicks.y) * (earlier.y - last_clicks.y)
        ) as squared_from_last

    from runs as last_clicks

    inner join runs as earlier
        on
            {{ same_run.format('earlier') }}
            and earlier.click_number
            between last_clicks.click_number - last_clicks.rage_clicks + 1
            and last_clicks.click_number

    inner join runs as first_clicks
        on
            {{ same_run.format('first_clicks') }}
            and last_clicks.click_number - last_clicks.rage_clicks + 1
            = first_clicks.click_number

    group by
        last_clicks.session_id,
        last_clicks.tab_id,
        last_clicks.lane,
        last_clicks.run_number,
        last_clicks.click_number

),

-- In time, and in one place: clicks of which no place is known are in none.
rage_fits as (

    select
        session_id,
        tab_id,
        lane,
        run_number,
        definition,
        end_number

    from spans

    where
        clicks = rage_clicks
        and coalesce(span_ms <= rage_span_ms, true)
        and coalesce(
            case rage_metric
                when 'box'
                    then
                        placed_clicks = clicks
                        and width <= rage_radius_px
                        and height <= rage_radius_px
                when 'anchor'
                    then
                        (
                            rage_target_rule = 'consecutive_or_near'
                            and target_key is not null
                        )
                        or (
                            placed_clicks = clicks
                            and squared_from_first <= squared_radius
                        )
                when 'current'
                    then placed_clicks = clicks and squared_from_last <= squared_radius
                else true
            end,
            false
        )

)

select * from rage_fits
