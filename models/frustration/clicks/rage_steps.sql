{{ config(**session_by_session()) }}

with

clicks as (

    select
        event_id,
        session_id,
        tab_id,
        target_key,
        target,
        definition,
        x,
        y,
        seq,
        moment_ms

    from {{ ref('judged_clicks') }}

    where is_rage_click_target and {{ is_of_changed_session() }}

),

interrupted_clicks as (

    select
        event_id,
        splits_before,
        voids_before,
        voids_in_all

    from {{ ref('interrupted_clicks') }}

    where {{ is_of_changed_session() }}

),

definitions as (

    select
        definition,
        rage_gap_ms,
        rage_metric,
        rage_radius_px,
        rage_radius_inclusive,
        rage_target_rule

    from {{ ref('signal_definitions') }}

    where rage_clicks is not null

),

-- A lane is what is looked at by itself: a tab, or each element of it.
lanes as (

    select
        clicks.*,
        interrupted_clicks.splits_before,
        interrupted_clicks.voids_before,
        interrupted_clicks.voids_in_all,
        case
            when definitions.rage_target_rule = 'each' then clicks.target else ''
        end as lane,
        case
            when definitions.rage_target_rule = 'consecutive_or_near'
                then coalesce(clicks.target_key, '')
            else clicks.target
        end as same_target

    from clicks

    inner join interrupted_clicks
        on clicks.event_id = interrupted_clicks.event_id

    inner join definitions
        on clicks.definition = definitions.definition

),

{% set over_lane -%}
over (
            partition by session_id, tab_id, lane
            {{ in_page_order() }}
        )
{%- endset %}

neighbours as (

    select
        *,
        moment_ms - lag(moment_ms) {{ over_lane }} as gap_ms,
        abs(x - lag(x) {{ over_lane }}) as step_x,
        abs(y - lag(y) {{ over_lane }}) as step_y,
        lag(same_target) {{ over_lane }} as last_target,
        lag(splits_before) {{ over_lane }} as last_splits,
        coalesce(lead(voids_before) {{ over_lane }}, voids_in_all) as voids_until_next

    from lanes

),

-- Squares where the straight line counts: nothing is gained by a root.
measured as (

    select
        neighbours.*,
        definitions.rage_gap_ms,
        definitions.rage_target_rule,
        definitions.rage_radius_inclusive,
        case definitions.rage_metric
            when 'manhattan' then definitions.rage_radius_px
            when 'euclid' then definitions.rage_radius_px * definitions.rage_radius_px
        end as radius,
        case definitions.rage_metric
            when 'manhattan' then neighbours.step_x + neighbours.step_y
            when 'euclid'
                then
                    neighbours.step_x * neighbours.step_x
                    + neighbours.step_y * neighbours.step_y
        end as distance

    from neighbours

    inner join definitions
        on neighbours.definition = definitions.definition

),

-- Whether a click begins a run. A place that is not known is not the same place.
rage_steps as (

    select
        event_id,
        session_id,
        lane,
        voids_before,
        voids_until_next,
        case
            when gap_ms is null or splits_before <> last_splits then 1
            when gap_ms > rage_gap_ms then 1
            when rage_target_rule <> 'any' and same_target <> last_target then 1
            when rage_target_rule = 'consecutive_or_near' and same_target <> '' then 0
            when radius is null then 0
            when distance is null or distance > radius then 1
            when distance = radius and not rage_radius_inclusive then 1
            else 0
        end as begins_run

    from measured

)

select * from rage_steps
