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
            order by moment_ms, seq, {{ in_byte_order('event_id') }}
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

-- Whether a click begins a run. A place that is not known is not the same place.
rage_steps as (

    select
        neighbours.event_id,
        neighbours.session_id,
        neighbours.lane,
        neighbours.voids_before,
        neighbours.voids_until_next,
        case
            when
                neighbours.gap_ms is null
                or neighbours.splits_before <> neighbours.last_splits
                then 1
            when neighbours.gap_ms > definitions.rage_gap_ms then 1
            when
                definitions.rage_target_rule <> 'any'
                and neighbours.same_target <> neighbours.last_target
                then 1
            when
                definitions.rage_target_rule = 'consecutive_or_near'
                and neighbours.same_target <> ''
                then 0
            when
                definitions.rage_metric = 'manhattan'
                and coalesce(
                    neighbours.step_x + neighbours.step_y,
                    definitions.rage_radius_px + 1
                )
                >= definitions.rage_radius_px
                + case when definitions.rage_radius_inclusive then 0.000001 else 0 end
                then 1
            when
                definitions.rage_metric = 'euclid'
                and coalesce(
                    neighbours.step_x * neighbours.step_x
                    + neighbours.step_y * neighbours.step_y,
                    definitions.rage_radius_px * definitions.rage_radius_px + 1
                )
                >= definitions.rage_radius_px * definitions.rage_radius_px
                + case when definitions.rage_radius_inclusive then 0.000001 else 0 end
                then 1
            else 0
        end as begins_run

    from neighbours

    inner join definitions
        on neighbours.definition = definitions.definition

)

select * from rage_steps
