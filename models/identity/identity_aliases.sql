{{ config(materialized='view') }}

with

aliases as (

    select
        event_id,
        previous_id,
        user_id,
        occurred_at,
        received_at

    from {{ ref('stg_segment__aliases') }}

    where
        previous_id <> user_id
        and {{ is_usable_identifier("'user_id'", 'previous_id') }}
        and {{ is_usable_identifier("'user_id'", 'user_id') }}

),

observations as (

    select
        identifier_type,
        identifier_value

    from {{ ref('identity_observations') }}

),

overrides as (

    select event_id

    from {{ ref('identity_overrides') }}

    where rule = 'must_not_link'

),

known_users as (

    select distinct aliases.previous_id as identifier_value

    from aliases

    inner join observations
        on aliases.previous_id = observations.identifier_value

    where observations.identifier_type = 'user_id'

),

known_devices as (

    select distinct aliases.previous_id as identifier_value

    from aliases

    inner join observations
        on aliases.previous_id = observations.identifier_value

    where observations.identifier_type = 'anonymous_id'

),

-- Libraries alias from the device's id before a login: an id that was only ever seen
-- as an anonymous id is one.
typed as (

    select
        aliases.event_id,
        case
            when known_users.identifier_value is not null then 'user_id'
            when known_devices.identifier_value is not null then 'anonymous_id'
            else 'user_id'
        end as previous_type,
        aliases.previous_id,
        aliases.user_id,
        aliases.occurred_at,
        aliases.received_at

    from aliases

    left join overrides
        on aliases.event_id = overrides.event_id

    left join known_users
        on aliases.previous_id = known_users.identifier_value

    left join known_devices
        on aliases.previous_id = known_devices.identifier_value

    where overrides.event_id is null

)

select * from typed
