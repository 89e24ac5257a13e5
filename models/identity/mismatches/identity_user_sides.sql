{{ config(**node_by_node()) }}

with

sets as (

    select
        user_id,
        event_count,
        is_recorded,
        first_seen_at,
        last_seen_at

    from {{ ref('identity_sets') }}

    where
        user_id is not null
        and {{ is_of_new_set() }}

),

holders as (

    select
        node,
        identifier_value

    from {{ ref('identity_holders') }}

    where
        identifier_type = 'user_id'
        and {{ is_of_new_node() }}

),

users as (

    select
        user_id,
        sum(case when is_recorded then 0 else event_count end) as segment_event_count,
        sum(case when is_recorded then event_count else 0 end) as relyv_event_count,
        min(first_seen_at) as first_seen_at,
        max(last_seen_at) as last_seen_at

    from sets

    group by 1

),

-- A user whom only Relyv saw has no number in Segment's own graph.
numbered as (

    select
        users.user_id,
        users.segment_event_count,
        users.relyv_event_count,
        users.first_seen_at,
        users.last_seen_at,
        holders.node

    from users

    left join holders
        on users.user_id = holders.identifier_value

    where {{ is_usable_identifier("'user_id'", 'users.user_id') }}

)

select * from numbered
