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

shared_devices as (

    select identifier_value as anonymous_id

    from holders

    where
        identifier_type = 'anonymous_id'
        and status = 'shared'

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

-- Without a user id an e-mail says who it is, where the device does not.
named as (

    select
        usable.*,
        case when usable.user_id is null then 'email' else 'user_id' end
            as identifier_type,
        coalesce(usable.user_id, usable.email) as identifier_value

    from usable

    left join shared_devices
        on usable.anonymous_id = shared_devices.anonymous_id

    where
        (usable.user_id is not null or shared_devices.anonymous_id is not null)
        and (usable.session_id is not null or usable.anonymous_id is not null)

),

calls as (

    select
        named.event_id,
        named.user_id,
        holders.profile_id,
        named.anonymous_id,
        named.session_id,
        named.occurred_at,
        named.received_at,
        holders.node

    from named

    inner join holders
        on
            named.identifier_type = holders.identifier_type
            and named.identifier_value = holders.identifier_value

    where holders.profile_id is not null

)

select * from calls
