with

events as (

    select
        user_id,
        session_id,
        occurred_at

    from {{ ref('identity_events') }}

),

-- Who was here before the other side began is missing nowhere.
beginnings as (

    select
        min(case when session_id is null then occurred_at end) as segment_began_at,
        min(case when session_id is not null then occurred_at end) as relyv_began_at

    from events

),

users as (

    select
        user_id,
        count(*) - count(session_id) as segment_event_count,
        count(session_id) as relyv_event_count,
        min(occurred_at) as first_seen_at,
        max(occurred_at) as last_seen_at

    from events

    where user_id is not null

    group by 1

),

compared as (

    select
        users.user_id,
        case
            when
                users.segment_event_count = 0
                and users.last_seen_at >= beginnings.segment_began_at
                then 'segment'
            when
                users.relyv_event_count = 0
                and users.last_seen_at >= beginnings.relyv_began_at
                then 'relyv'
        end as missing_side,
        users.segment_event_count,
        users.relyv_event_count,
        users.first_seen_at,
        users.last_seen_at

    from users

    cross join beginnings

    where {{ is_usable_identifier("'user_id'", 'users.user_id') }}

)

select * from compared
