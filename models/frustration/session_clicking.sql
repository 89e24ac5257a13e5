{{ config(**session_by_session()) }}

with

clicks as (

    select
        session_id,
        ts,
        is_trusted,
        lag(ts) over (partition by session_id order by ts) as previous_ts,
        row_number() over (partition by session_id order by ts) as click_number

    from {{ ref('session_events') }}

    where
        event_type = 'click'
        and ts is not null
        and {{ is_of_changed_session() }}

),

thresholds as (

    {{ frustration_thresholds(['bot_clicks_per_minute']) }}

),

gaps as (

    select
        session_id,
        is_trusted,
        {{ dbt.datediff('previous_ts', 'ts', 'millisecond') }} as gap_ms  -- noqa: LT05

    from clicks

),

medians as (

    select
        session_id,
        count(*) as click_count,
        avg(case when is_trusted then 1.0 when not is_trusted then 0.0 end)
            as trusted_click_ratio,
        percentile_cont(0.5) within group (order by gap_ms) as median_gap_ms

    from gaps

    group by 1

),

spreads as (

    select
        gaps.session_id,
        percentile_cont(0.5) within group (
            order by abs(gaps.gap_ms - medians.median_gap_ms)
        ) as median_deviation_ms

    from gaps

    inner join medians
        on gaps.session_id = medians.session_id

    group by 1

),

-- One click more than a minute may hold, all of them within one minute.
breathless as (

    select distinct clicks.session_id

    from clicks

    cross join thresholds

    inner join clicks as earlier_clicks
        on
            clicks.session_id = earlier_clicks.session_id
            and clicks.click_number - thresholds.bot_clicks_per_minute
            = earlier_clicks.click_number

    where {{ dbt.dateadd('minute', 1, 'earlier_clicks.ts') }} > clicks.ts

),

session_clicking as (

    select
        medians.session_id,
        medians.click_count,
        medians.trusted_click_ratio,
        medians.median_gap_ms,
        spreads.median_deviation_ms,
        breathless.session_id is not null as is_breathless

    from medians

    inner join spreads
        on medians.session_id = spreads.session_id

    left join breathless
        on medians.session_id = breathless.session_id

)

select * from session_clicking
