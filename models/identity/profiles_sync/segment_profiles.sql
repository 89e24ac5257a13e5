with

updates as (

    select
        segment_id,
        canonical_segment_id,
        triggering_event_id,
        occurred_at,
        received_at

    from {{ ref('stg_profiles_sync__id_graph_updates') }}

),

-- When a profile is merged, Segment writes those merged into it before once more, and
-- may take two hours. Until then the way is two steps long.
resolved as (

    select
        updates.segment_id as profile_id,
        coalesce(
            onward.canonical_segment_id, updates.canonical_segment_id
        ) as canonical_profile_id,
        updates.triggering_event_id,
        updates.occurred_at,
        updates.received_at

    from updates

    left join updates as onward
        on updates.canonical_segment_id = onward.segment_id

)

select * from resolved
