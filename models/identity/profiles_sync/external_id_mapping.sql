with

external_ids as (

    select
        external_id_hash,
        segment_id,
        identifier_type,
        identifier_value,
        triggering_event_id,
        first_seen_at,
        last_seen_at,
        first_received_at,
        last_received_at

    from {{ ref('stg_profiles_sync__external_ids') }}

),

segment_profiles as (

    select
        profile_id,
        canonical_profile_id

    from {{ ref('segment_profiles') }}

),

suppressions as (

    select subject

    from {{ ref('stg_privacy__suppressions') }}

),

overrides as (

    select
        identifier_type,
        identifier_value

    from {{ ref('identity_overrides') }}

    where rule = 'kiosk'

),

held as (

    select
        external_ids.*,
        coalesce(
            segment_profiles.canonical_profile_id, external_ids.segment_id
        ) as holder_id,
        external_ids.identifier_type || ':' || external_ids.identifier_value as subject

    from external_ids

    left join segment_profiles
        on external_ids.segment_id = segment_profiles.profile_id

),

-- Segment forgets a person in its own time. Here nothing of their profile is known.
forgotten as (

    select distinct held.holder_id

    from held

    inner join suppressions
        on held.subject = suppressions.subject

),

mapped as (

    select
        held.external_id_hash,
        held.identifier_type,
        held.identifier_value,
        case
            when overrides.identifier_value is null then held.holder_id
        end as profile_id,
        case
            when overrides.identifier_value is null then 'owned' else 'shared'
        end as status,
        held.first_seen_at,
        held.last_seen_at,
        held.first_received_at,
        held.last_received_at,
        held.triggering_event_id

    from held

    left join forgotten
        on held.holder_id = forgotten.holder_id

    left join overrides
        on
            held.identifier_type = overrides.identifier_type
            and held.identifier_value = overrides.identifier_value

    where forgotten.holder_id is null

)

select * from mapped
