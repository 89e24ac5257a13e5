-- depends_on: {{ ref('sync_segment_account_traits') }}
-- depends_on: {{ ref('sync_segment_bug_reported') }}
-- depends_on: {{ ref('sync_segment_frustration_spike') }}
-- depends_on: {{ ref('sync_segment_profile_traits') }}
-- depends_on: {{ ref('sync_segment_replay_shared') }}
-- depends_on: {{ ref('sync_segment_replay_worthy') }}
-- depends_on: {{ ref('sync_segment_session_started') }}
{{ config(contract={'enforced': false}) }}

with

rules as (

    {{ forwarding_rule_rows(forwarding_rules()) }}

),

days as (

    {% for days_ago in range(1, 31) -%}
        select
            cast({{ dbt.dateadd('day', -days_ago, as_of_day()) }} as date) as called_on
        {{ 'union all' if not loop.last }}
    {% endfor %}

),

-- What happened on a day is counted; a trait moves as the person does, or fades, and is
-- taken to cost a call for each row and day.
counted as (

    {{ forwarding_counts(forwarding_rules(), 'days') }}

),

-- A warehouse that is younger than a month has seen fewer days.
observed as (

    select
        {{ dbt.datediff('min(started_at)', as_of_day(), 'day') }} as days_of_data  -- noqa: LT05

    from {{ ref('sessions') }}

    where started_at < {{ as_of_day() }}

),

volume as (

    select
        rules.rule_name,
        rules.rule_label,
        rules.call_kind,
        rules.event_name,
        rules.opted_in_targets,
        rules.calls_basis,
        cast(
            case
                when rules.calls_basis in ('events', 'one_per_row')
                    then coalesce(counted.calls, 0)
            end as bigint
        ) as calls,
        case when observed.days_of_data < 30 then observed.days_of_data else 30 end
            as observed_days,
        rules.is_opted_in,
        days.called_on

    from rules

    cross join days

    cross join observed

    left join counted
        on
            rules.rule_name = counted.rule_name
            and days.called_on = counted.called_on

),

projected as (

    select
        volume.rule_name,
        volume.rule_label,
        volume.call_kind,
        volume.event_name,
        volume.opted_in_targets,
        volume.calls_basis,
        volume.calls,
        cast(sum(volume.calls) over (partition by volume.rule_name) as bigint)
            as calls_30d,
        cast(
            case
                when volume.calls_basis = 'one_per_row' then 30 * volume.calls
                else
                    ceil(
                        sum(volume.calls) over (partition by volume.rule_name)
                        * 30.0 / nullif(volume.observed_days, 0)
                    )
            end as bigint
        ) as projected_month_calls,
        volume.is_opted_in,
        volume.called_on

    from volume

)

select * from projected
