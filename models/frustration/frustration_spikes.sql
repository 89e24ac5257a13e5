with recursive

verdicts as (

    select
        session_id,
        profile_id,
        spike_rule,
        frustration_score,
        threshold_score,
        started_at,
        ended_at

    from {{ ref('spike_verdicts') }}

    where frustration_score >= threshold_score

),

thresholds as (

    {{ frustration_thresholds(['spike_quiet_hours']) }}

),

numbered as (

    select
        *,
        row_number() over (
            partition by profile_id
            order by started_at, {{ in_byte_order('session_id') }}
        ) as spike_number

    from verdicts

),

-- Where the profile may next be heard: the first spike after the quiet hours.
next_spikes as (

    select
        numbered.profile_id,
        numbered.spike_number,
        min(later.spike_number) as next_number

    from numbered

    cross join thresholds

    inner join numbered as later
        on numbered.profile_id = later.profile_id

    where
        later.started_at >= {{ dbt.dateadd(
            'hour', 'thresholds.spike_quiet_hours', 'numbered.started_at'
        ) }}

    group by 1, 2

),

-- From the first spike of each profile, hop by hop.
heard as (

    select
        profile_id,
        spike_number

    from numbered

    where spike_number = 1

    union all

    select
        next_spikes.profile_id,
        next_spikes.next_number as spike_number

    from heard

    inner join next_spikes
        on
            heard.profile_id = next_spikes.profile_id
            and heard.spike_number = next_spikes.spike_number

),

spikes as (

    select
        numbered.session_id,
        numbered.profile_id,
        numbered.spike_rule,
        numbered.frustration_score,
        numbered.threshold_score,
        thresholds.definition_version,
        numbered.started_at,
        numbered.ended_at as occurred_at

    from heard

    cross join thresholds

    inner join numbered
        on
            heard.profile_id = numbered.profile_id
            and heard.spike_number = numbered.spike_number

)

select * from spikes
