with

id_graph as (

    select
        profile_id,
        canonical_profile_id

    from {{ ref('id_graph') }}

    where profile_id <> canonical_profile_id

),

segment_profiles as (

    select
        profile_id,
        triggering_event_id,
        received_at,
        occurred_at

    from {{ ref('segment_profiles') }}

),

merged as (

    select
        id_graph.profile_id,
        id_graph.canonical_profile_id,
        segment_profiles.triggering_event_id,
        segment_profiles.received_at,
        segment_profiles.occurred_at as timestamp

    from id_graph

    inner join segment_profiles
        on id_graph.profile_id = segment_profiles.profile_id

)

select * from merged
