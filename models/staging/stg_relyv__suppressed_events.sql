with

-- Only an identify event names a person; reading its JSON alone keeps clicks cheap.
identify_events as (

    select
        event_id,
        {{ json_text('properties', 'user_id') }} as user_id,
        {{ json_text('properties', 'anonymous_id') }} as anonymous_id,
        {{ json_text('properties', 'email') }} as email

    from {{ source('relyv', 'session_events') }}

    where event_type = 'identify' and event_id is not null

),

suppressed as (

    select subject

    from {{ ref('stg_privacy__suppressions') }}

),

suppressed_events as (

    select distinct event_id

    from identify_events

    where
        'user_id:' || trim(user_id)
        in (select suppressed.subject from suppressed)
        or 'anonymous_id:' || trim(anonymous_id)
        in (select suppressed.subject from suppressed)
        or 'email:' || {{ normal_email('email') }}
        in (select suppressed.subject from suppressed)

)

select * from suppressed_events
