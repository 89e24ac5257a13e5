with

events as (

    select
        session_id,
        _built_at

    from {{ ref('stg_relyv__session_events') }}

    where session_id is not null

),

counts as (

    select
        session_id,
        cast(count(*) as integer) as event_count,
        max(_built_at) as _built_at

    from events

    group by 1

)

select * from counts
