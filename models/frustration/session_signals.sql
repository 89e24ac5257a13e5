with

-- One line for each place that signals come from.
reported_signals as (

    select * from {{ ref('flagged_signals') }}
    union all
    select * from {{ ref('observed_signals') }}

),

weights as (

    select
        signal_name,
        signal_rank,
        claims_event

    from {{ ref('signal_weights') }}

),

thresholds as (

    {{ frustration_thresholds([]) }}

),

-- Two sources that see the same thing in the same event saw one thing.
distinct_signals as (

    select
        session_id,
        event_id,
        signal_name,
        max(profile_id) as profile_id,
        case
            when min(signal_source) <> max(signal_source) then 'both'
            else min(signal_source)
        end as signal_source,
        min(occurred_at) as occurred_at

    from reported_signals

    where occurred_at is not null

    group by 1, 2, 3

),

-- One click, one primary signal: a click that failed is not also a dead one. Signals
-- that claim no event (a failed request) stand beside it.
ranked_signals as (

    select
        distinct_signals.session_id,
        distinct_signals.event_id,
        distinct_signals.signal_name,
        distinct_signals.profile_id,
        distinct_signals.signal_source,
        distinct_signals.occurred_at,
        weights.claims_event,
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
        {{ dbt.hash(dbt.concat([
            'ranked_signals.signal_name',
            "':'",
            'ranked_signals.event_id',
        ])) }} as signal_id,
        ranked_signals.session_id,
        ranked_signals.profile_id,
        ranked_signals.signal_name,
        ranked_signals.occurred_at,
        ranked_signals.event_id as evidence_event_id,
        ranked_signals.signal_source,
        thresholds.definition_version

    from ranked_signals

    cross join thresholds

    where ranked_signals.claim_number = 1 or not ranked_signals.claims_event

)

select * from primary_signals
