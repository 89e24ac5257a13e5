{{ config(
    group='frustration',
    meta={'dagster': {'ref': {'name': 'frustration_spikes'}}}
) }}

-- Nobody is told twice in a day of the same person.

with

spikes as (

    select
        profile_id,
        started_at,
        lag(started_at) over (
            partition by profile_id
            order by started_at, session_id
        ) as previous_started_at

    from {{ ref('frustration_spikes') }}

)

select * from spikes

where {{ dbt.dateadd('hour', 24, 'previous_started_at') }} > started_at
