{{ config(**session_by_session()) }}

with

clicks as (

    select
        event_id,
        session_id,
        tab_id,
        seq,
        moment_ms

    from {{ ref('judged_clicks') }}

    where is_rage_click_target and {{ is_of_changed_session() }}

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

clicked_sessions as (

    select
        session_id,
        definition

    from {{ ref('observed_sessions') }}

    where session_id in (select clicks.session_id from clicks)

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
        event_type in (select interruptions.event_type from interruptions)
        and {{ is_of_changed_session() }}

),

moments as (

    select
        *,
        1 as is_click,
        0 as splits,
        0 as voids

    from clicks

    union all

    select
        interrupting_events.event_id,
        interrupting_events.session_id,
        interrupting_events.tab_id,
        interrupting_events.seq,
        interrupting_events.moment_ms,
        0 as is_click,
        interruptions.splits,
        interruptions.voids

    from interrupting_events

    inner join clicked_sessions
        on interrupting_events.session_id = clicked_sessions.session_id

    inner join interruptions
        on
            clicked_sessions.definition = interruptions.definition
            and interrupting_events.event_type = interruptions.event_type

),

{% set until_now -%}
over (
            partition by session_id, tab_id
            {{ in_page_order() }}
            rows between unbounded preceding and current row
        )
{%- endset %}

counted as (

    select
        event_id,
        session_id,
        is_click,
        cast(sum(splits) {{ until_now }} as integer) as splits_before,
        cast(sum(voids) {{ until_now }} as integer) as voids_before,
        cast(sum(voids) over (partition by session_id, tab_id) as integer)
            as voids_in_all

    from moments

),

interrupted_clicks as (

    select
        event_id,
        session_id,
        splits_before,
        voids_before,
        voids_in_all

    from counted

    where is_click = 1

)

select * from interrupted_clicks
