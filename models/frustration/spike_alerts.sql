with recursive

floors as (

    select spike_floor

    from {{ ref('spike_floors') }}

),

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

    {{ frustration_thresholds(['spike_score', 'spike_quiet_hours']) }}

),

-- The floor in force, and those that somebody may think of.
tried_floors as (

    select spike_floor from floors

    union

    select cast(spike_score as numeric(5, 1)) as spike_floor from thresholds

),

numbered as (

    select
        tried_floors.spike_floor,
        verdicts.*,
        row_number() over (
            partition by tried_floors.spike_floor, verdicts.profile_id
            order by verdicts.started_at, {{ in_byte_order('verdicts.session_id') }}
        ) as spike_number

    from verdicts

    inner join tried_floors
        on verdicts.frustration_score >= tried_floors.spike_floor

),

-- Where the profile may next be heard: the first spike after the quiet hours.
next_spikes as (

    select
        numbered.spike_floor,
        numbered.profile_id,
        numbered.spike_number,
        min(later.spike_number) as next_number

    from numbered

    cross join thresholds

    inner join numbered as later
        on
            numbered.spike_floor = later.spike_floor
            and numbered.profile_id = later.profile_id

    where
        later.started_at >= {{ dbt.dateadd(
            'hour', 'thresholds.spike_quiet_hours', 'numbered.started_at'
        ) }}

    group by 1, 2, 3

),

-- From the first spike of each profile, hop by hop.
heard as (

    select
        spike_floor,
        profile_id,
        spike_number

    from numbered

    where spike_number = 1

    union all

    select
        next_spikes.spike_floor,
        next_spikes.profile_id,
        next_spikes.next_number as spike_number

    from heard

    inner join next_spikes
        on
            heard.spike_floor = next_spikes.spike_floor
            and heard.profile_id = next_spikes.profile_id
            and heard.spike_number = next_spikes.spike_number

),

alerts as (

    select
        numbered.spike_floor,
        numbered.session_id,
        numbered.profile_id,
        numbered.spike_rule,
        numbered.frustration_score,
        numbered.threshold_score,
        thresholds.definition_version,
        numbered.spike_floor = thresholds.spike_score as is_in_force,
        numbered.started_at,
        numbered.ended_at as occurred_at

    from heard

    cross join thresholds

    inner join numbered
        on
            heard.spike_floor = numbered.spike_floor
            and heard.profile_id = numbered.profile_id
            and heard.spike_number = numbered.spike_number

)

select * from alerts
