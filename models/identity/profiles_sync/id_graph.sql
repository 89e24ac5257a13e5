with

segment_profiles as (

    select
        profile_id,
        canonical_profile_id,
        occurred_at,
        received_at

    from {{ ref('segment_profiles') }}

),

mapping as (

    select
        profile_id,
        first_seen_at,
        first_received_at

    from {{ ref('external_id_mapping') }}

    where profile_id is not null

),

living as (

    select
        profile_id,
        min(first_seen_at) as first_seen_at,
        min(first_received_at) as first_received_at

    from mapping

    group by 1

),

-- A profile of which nothing is known leads nowhere.
known as (

    select
        segment_profiles.profile_id,
        living.profile_id as canonical_profile_id,
        segment_profiles.received_at,
        segment_profiles.occurred_at as timestamp

    from segment_profiles

    left join living
        on segment_profiles.canonical_profile_id = living.profile_id

),

-- A profile that Segment mapped before it wrote it into its graph.
unwritten as (

    select
        living.profile_id,
        living.profile_id as canonical_profile_id,
        living.first_received_at as received_at,
        living.first_seen_at as timestamp

    from living

    left join segment_profiles
        on living.profile_id = segment_profiles.profile_id

    where segment_profiles.profile_id is null

),

graph as (

    select * from known

    union all

    select * from unwritten

)

select * from graph
