with

events as (

    select
        event_id,
        session_id,
        user_id,
        anonymous_id,
        context_anonymous_id,
        occurred_at,
        received_at

    from {{ ref('identity_events') }}

    where user_id is not null

),

overrides as (

    select event_id

    from {{ ref('identity_overrides') }}

    where rule = 'must_not_link'

),

named as (

    select
        event_id,
        user_id,
        case
            when {{ is_usable_identifier("'anonymous_id'", 'anonymous_id') }}
                then anonymous_id
            when {{ is_usable_identifier("'anonymous_id'", 'context_anonymous_id') }}
                then context_anonymous_id
        end as anonymous_id,
        session_id,
        occurred_at,
        received_at

    from events

    where
        {{ is_usable_identifier("'user_id'", 'user_id') }}
        and event_id not in (select overrides.event_id from overrides)

),

calls as (

    select *

    from named

    where
        anonymous_id is not null
        or session_id is not null

)

select * from calls
