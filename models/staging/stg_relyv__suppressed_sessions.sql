with

versions as (

    select
        session_id,
        trim(user_id) as user_id,
        trim(anonymous_id) as anonymous_id

    from {{ source('relyv', 'sessions') }}

    where session_id is not null

),

suppressed as (

    select subject

    from {{ ref('stg_privacy__suppressions') }}

),

-- One version that names a suppressed person is enough to forget the session.
suppressed_sessions as (

    select distinct session_id

    from versions

    where
        'user_id:' || user_id
        in (select suppressed.subject from suppressed)
        or 'anonymous_id:' || anonymous_id
        in (select suppressed.subject from suppressed)

)

select * from suppressed_sessions
