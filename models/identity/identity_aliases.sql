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

overrides as (

    select event_id

    from {{ ref('identity_overrides') }}

    where rule = 'must_not_link'

),

-- One look at the observations: where there is no alias, none.
known as (

    select distinct
        identifier_type,
        identifier_value

    from {{ ref('identity_observations') }}

    where
        identifier_type in ('user_id', 'anonymous_id')
        and identifier_value in (select aliases.previous_id from aliases)

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

    left join known as known_users
        on
            known_users.identifier_type = 'user_id'
            and aliases.previous_id = known_users.identifier_value

    left join known as known_devices
        on
            known_devices.identifier_type = 'anonymous_id'
            and aliases.previous_id = known_devices.identifier_value

    where overrides.event_id is null

)

select * from typed
