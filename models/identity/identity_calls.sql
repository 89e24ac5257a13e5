{{ config(**node_by_node()) }}
{#- Among the few events of new sets, those that name nobody drop out by themselves. -#}
{%- set of_new_set = is_of_new_set() -%}
{%- set names_somebody = 'coalesce(user_id, email, context_email) is not null' -%}

with

events as (

    select
        event_id,
        session_id,
        user_id,
        anonymous_id,
        context_anonymous_id,
        email,
        context_email,
        occurred_at,
        received_at

    from {{ ref('identity_events') }}

    where
        is_linking
        and {{ of_new_set if is_increment() else names_somebody }}

),

holders as (

    select
        node,
        identifier_type,
        identifier_value,
        profile_id,
        status

    from {{ ref('identity_holders') }}

    where {{ is_of_new_node() }}

),

known_profiles as (

    select profile_id

    from {{ ref('profiles') }}

    where is_known

),

usable as (

    select
        event_id,
        session_id,
        case when {{ is_usable_identifier("'user_id'", 'user_id') }} then user_id end
            as user_id,
        case
            when {{ is_usable_identifier("'email'", 'email') }} then email
            when {{ is_usable_identifier("'email'", 'context_email') }}
                then context_email
        end as email,
        case
            when {{ is_usable_identifier("'anonymous_id'", 'anonymous_id') }}
                then anonymous_id
            when {{ is_usable_identifier("'anonymous_id'", 'context_anonymous_id') }}
                then context_anonymous_id
        end as anonymous_id,
        occurred_at,
        received_at

    from events

),

named_by_user as (

    select
        usable.*,
        holders.profile_id,
        holders.node

    from usable

    inner join holders
        on
            holders.identifier_type = 'user_id'
            and usable.user_id = holders.identifier_value

    where
        usable.session_id is not null
        or usable.anonymous_id is not null

),

-- Without a user id an e-mail says who it is, where no user's device does: on a shared
-- one, and on one that nobody is known on but by the address.
named_by_email as (

    select
        usable.*,
        addresses.profile_id,
        addresses.node

    from usable

    inner join holders as addresses
        on
            addresses.identifier_type = 'email'
            and usable.email = addresses.identifier_value

    inner join holders as devices
        on
            devices.identifier_type = 'anonymous_id'
            and usable.anonymous_id = devices.identifier_value

    left join known_profiles
        on devices.profile_id = known_profiles.profile_id

    where
        usable.user_id is null
        and (
            devices.status = 'shared'
            or (
                devices.profile_id = addresses.profile_id
                and known_profiles.profile_id is null
            )
        )

),

named as (

    select * from named_by_user

    union all

    select * from named_by_email

),

calls as (

    select
        event_id,
        user_id,
        profile_id,
        anonymous_id,
        session_id,
        occurred_at,
        received_at,
        node

    from named

    where profile_id is not null

)

select * from calls
