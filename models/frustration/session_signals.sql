{{ config(**session_by_session()) }}

with

-- What we found, and what others say of it.
reported_signals as (

    select
        event_id,
        session_id,
        profile_id,
        signal_name,
        'derived' as signal_source,
        episode_id,
        episode_clicks,
        occurred_at

    from {{ ref('derived_signals') }}

    where {{ is_of_changed_session() }}

    union all

    select
        event_id,
        session_id,
        profile_id,
        signal_name,
        signal_source,
        null as episode_id,
        null as episode_clicks,
        occurred_at

    from {{ ref('flagged_signals') }}

    where {{ is_of_changed_session() }}

),

consumed_errors as (

    select error_event_id

    from {{ ref('error_clicks') }}

    where {{ is_of_changed_session() }}

),

weights as (

    select
        signal_name,
        signal_rank,
        claims_event,
        points,
        light_points,
        heavy_points

    from {{ ref('signal_weights') }}

),

thresholds as (

    {{ frustration_thresholds(['full_rage_clicks', 'heavy_rage_clicks']) }}

),

-- Two sources that see the same thing in the same event saw one thing. An error that a
-- click brought about is told by that click.
distinct_signals as (

    select
        reported_signals.session_id,
        reported_signals.event_id,
        reported_signals.signal_name,
        max(reported_signals.profile_id) as profile_id,
        case
            when
                min(reported_signals.signal_source)
                <> max(reported_signals.signal_source)
                then 'both'
            else min(reported_signals.signal_source)
        end as signal_source,
        coalesce(max(reported_signals.episode_id), reported_signals.event_id)
            as episode_id,
        max(reported_signals.episode_clicks) as episode_clicks,
        min(reported_signals.occurred_at) as occurred_at

    from reported_signals

    left join consumed_errors
        on
            reported_signals.event_id = consumed_errors.error_event_id
            and reported_signals.signal_name = 'js_error'

    where consumed_errors.error_event_id is null

    group by 1, 2, 3

),

-- One click, one primary signal: a click that failed is not also a dead one. Signals
-- that claim no event (a failed request) stand beside it.
ranked_signals as (

    select
        distinct_signals.*,
        weights.claims_event,
        weights.points,
        weights.light_points,
        weights.heavy_points,
        row_number() over (
            partition by
                distinct_signals.session_id,
                distinct_signals.event_id,
                weights.claims_event
            order by weights.signal_rank
        ) as claim_number

    from distinct_signals

    inner join weights
        on distinct_signals.signal_name = weights.signal_name

),

primary_signals as (

    select
        *,
        row_number() over (
            partition by session_id, signal_name, episode_id
            order by occurred_at, {{ in_byte_order('event_id') }}
        ) as evidence_number

    from ranked_signals

    where claim_number = 1 or not claims_event

),

-- An episode is one signal, by whatever clicks nothing stronger has claimed.
episodes as (

    select
        session_id,
        signal_name,
        episode_id,
        max(case when evidence_number = 1 then profile_id end) as profile_id,
        max(case when evidence_number = 1 then event_id end) as evidence_event_id,
        {{ dbt.listagg(
            measure='event_id',
            delimiter_text="','",
            order_by_clause='order by evidence_number',
        ) }} as evidence_event_ids,
        case
            when min(signal_source) <> max(signal_source) then 'both'
            else min(signal_source)
        end as signal_source,
        max(episode_clicks) as episode_clicks,
        max(points) as points,
        max(light_points) as light_points,
        max(heavy_points) as heavy_points,
        min(occurred_at) as occurred_at,
        max(occurred_at) as last_at

    from primary_signals

    group by 1, 2, 3

),

session_signals as (

    select
        {{ dbt.hash(dbt.concat([
            'episodes.signal_name',
            "':'",
            'episodes.evidence_event_id',
        ])) }} as signal_id,
        episodes.session_id,
        episodes.profile_id,
        episodes.signal_name,
        episodes.occurred_at,
        episodes.evidence_event_id,
        episodes.signal_source,
        thresholds.definition_version,
        episodes.evidence_event_ids,
        episodes.episode_clicks,
        -- An aggregate of decimals has no scale of its own on PostgreSQL.
        cast(
            case
                when episodes.episode_clicks < thresholds.full_rage_clicks
                    then episodes.light_points
                when episodes.episode_clicks >= thresholds.heavy_rage_clicks
                    then episodes.heavy_points
                else episodes.points
            end as numeric(5, 1)
        ) as points,
        episodes.last_at

    from episodes

    cross join thresholds

)

select * from session_signals
