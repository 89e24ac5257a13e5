with

sets as (

    select
        user_id,
        event_count,
        is_recorded,
        first_seen_at,
        last_seen_at

    from {{ ref('identity_sets') }}

),

-- Who was here before the other side began is missing nowhere.
beginnings as (

    select
        min(case when not is_recorded then first_seen_at end) as segment_began_at,
        min(case when is_recorded then first_seen_at end) as relyv_began_at

    from sets

),

users as (

    select
        user_id,
        sum(case when is_recorded then 0 else event_count end) as segment_event_count,
        sum(case when is_recorded then event_count else 0 end) as relyv_event_count,
        min(first_seen_at) as first_seen_at,
        max(last_seen_at) as last_seen_at

    from sets

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
