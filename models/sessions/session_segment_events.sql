with

tracks as (

    select
        event_id,
        user_id,
        coalesce(anonymous_id, context_anonymous_id) as anonymous_id,
        coalesce(event_text, event) as event_name,
        occurred_at

    from {{ ref('stg_segment__tracks') }}

),

mapping as (

    select
        identifier_type,
        identifier_value,
        profile_id

    from {{ ref('external_id_mapping') }}

),

spans as (

    select
        session_id,
        anonymous_id,
        started_at,
        finished_at

    from {{ ref('session_spans') }}

),

parts as (

    select
        session_id,
        profile_id,
        started_at,
        ended_at

    from {{ ref('session_parts') }}

),

-- A junk id of a device is no identifier, and so not in the mapping.
on_device as (

    select
        spans.session_id,
        tracks.event_id,
        tracks.event_name,
        'device' as found_by,
        tracks.occurred_at

    from tracks

    inner join mapping
        on
            mapping.identifier_type = 'anonymous_id'
            and tracks.anonymous_id = mapping.identifier_value

    inner join spans
        on
            tracks.anonymous_id = spans.anonymous_id
            and tracks.occurred_at between spans.started_at and spans.finished_at

),

-- A server knows the user and no device: it happened while the user was there. At the
-- moment of a change of user, two parts meet: the event counts once.
of_user as (

    select distinct
        parts.session_id,
        tracks.event_id,
        tracks.event_name,
        'user' as found_by,
        tracks.occurred_at

    from tracks

    inner join mapping
        on
            mapping.identifier_type = 'user_id'
            and tracks.user_id = mapping.identifier_value

    inner join parts
        on
            mapping.profile_id = parts.profile_id
            and tracks.occurred_at between parts.started_at and parts.ended_at

    where tracks.anonymous_id is null

),

found as (

    select * from on_device
    union all
    select * from of_user

),

keyed as (

    select
        session_id || ':' || event_id as session_event_id,
        session_id,
        event_id,
        event_name,
        found_by,
        occurred_at

    from found

)

select * from keyed
