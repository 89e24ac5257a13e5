{{ config(**session_by_session()) }}

with

clicks as (

    select
        event_id,
        session_id,
        profile_id,
        tab_id,
        target_key,
        target,
        definition,
        x,
        y,
        seq,
        moment_ms,
        occurred_at

    from {{ ref('judged_clicks') }}

    where is_rage_click_target and {{ is_of_changed_session() }}

),

definitions as (

    select
        definition,
        rage_clicks,
        rage_gap_ms,
        rage_metric,
        rage_radius_px,
        rage_radius_inclusive,
        rage_target_rule

    from {{ ref('signal_definitions') }}

    where rage_clicks is not null

),

interruptions as (

    select
        definition,
        event_type,
        max(case when effect = 'splits' then 1 else 0 end) as splits,
        max(case when effect = 'voids' then 1 else 0 end) as voids

    from {{ ref('signal_interruptions') }}

    group by 1, 2

),

interrupting_events as (

    select
        session_id,
        event_type,
        event_id,
        coalesce(tab_id, '') as tab_id,
        coalesce(seq, 0) as seq,
        {{ moment_ms() }} as moment_ms

    from {{ ref('session_events') }}

    where
        event_type in (
            select interruptions.event_type from interruptions
        )
        and session_id in (
            select clicks.session_id from clicks
        )

),

moments as (

    select
        clicks.*,
        1 as is_click,
        0 as splits,
        0 as voids

    from clicks

    union all

    select
        interrupting_events.event_id,
        interrupting_events.session_id,
        null as profile_id,
        interrupting_events.tab_id,
        null as target_key,
        null as target,
        observed_sessions.definition,
        null as x,
        null as y,
        interrupting_events.seq,
        interrupting_events.moment_ms,
        cast(null as {{ dbt.type_timestamp() }}) as occurred_at,
        0 as is_click,
        interruptions.splits,
        interruptions.voids

    from interrupting_events

    inner join {{ ref('observed_sessions') }} as observed_sessions
        on interrupting_events.session_id = observed_sessions.session_id

    inner join interruptions
        on
            observed_sessions.definition = interruptions.definition
            and interrupting_events.event_type = interruptions.event_type

),

{% set in_order = "order by moment_ms, seq, " ~ in_byte_order('event_id') %}

counted as (

    select
        *,
        sum(splits) over (
            partition by session_id, tab_id
            {{ in_order }}
            rows between unbounded preceding and current row
        ) as splits_before,
        sum(voids) over (
            partition by session_id, tab_id
            {{ in_order }}
            rows between unbounded preceding and current row
        ) as voids_before,
        sum(voids) over (partition by session_id, tab_id) as voids_in_all

    from moments

),

-- A lane is what is looked at by itself: a tab, or each element of it.
lanes as (

    select
        counted.*,
        definitions.rage_gap_ms,
        definitions.rage_metric,
        definitions.rage_radius_px,
        definitions.rage_radius_inclusive,
        definitions.rage_target_rule,
        case
            when definitions.rage_target_rule = 'each' then counted.target else ''
        end as lane,
        case
            when definitions.rage_target_rule = 'consecutive_or_near'
                then coalesce(counted.target_key, '')
            else counted.target
        end as same_target

    from counted

    inner join definitions
        on counted.definition = definitions.definition

    where counted.is_click = 1

),

{% set over_lane -%}
over (
            partition by session_id, tab_id, lane
            {{ in_order }}
        )
{%- endset %}

neighbours as (

    select
        *,
        lag(moment_ms) {{ over_lane }} as last_ms,
        lag(x) {{ over_lane }} as last_x,
        lag(y) {{ over_lane }} as last_y,
        lag(same_target) {{ over_lane }} as last_target,
        lag(splits_before) {{ over_lane }} as last_splits,
        coalesce(lead(voids_before) {{ over_lane }}, voids_in_all) as voids_until_next

    from lanes

),

broken as (

    select
        *,
        case
            when last_ms is null or splits_before <> last_splits then 1
            when moment_ms - last_ms > rage_gap_ms then 1
            when rage_target_rule <> 'any' and same_target <> last_target then 1
            when rage_target_rule = 'consecutive_or_near' and same_target <> '' then 0
            when
                rage_metric = 'manhattan'
                and coalesce(abs(x - last_x) + abs(y - last_y), rage_radius_px)
                >= rage_radius_px
                then 1
            when
                rage_metric = 'euclid'
                and coalesce(
                    (x - last_x) * (x - last_x) + (y - last_y) * (y - last_y),
                    rage_radius_px * rage_radius_px + 1
                )
                >= rage_radius_px * rage_radius_px
                + case when rage_radius_inclusive then 0.000001 else 0 end
                then 1
            else 0
        end as breaks

    from neighbours

),

numbered as (

    select
        *,
        sum(breaks) over (
            partition by session_id, tab_id, lane
            {{ in_order }}
            rows between unbounded preceding and current row
        ) as run_number

    from broken

),

rage_runs as (

    select
        event_id,
        session_id,
        profile_id,
        tab_id,
        lane,
        target_key,
        definition,
        x,
        y,
        moment_ms,
        run_number,
        row_number() over (
            partition by session_id, tab_id, lane, run_number
            {{ in_order }}
        ) as click_number,
        count(*) over (
            partition by session_id, tab_id, lane, run_number
        ) as run_clicks,
        min(voids_before) over (
            partition by session_id, tab_id, lane, run_number
        ) < max(voids_until_next) over (
            partition by session_id, tab_id, lane, run_number
        ) as is_void,
        occurred_at

    from numbered

)

select * from rage_runs
