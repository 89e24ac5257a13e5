with

session_started as (

    select
        event_id,
        user_id,
        anonymous_id,
        session_id,
        region,
        replay_url,
        entry_url,
        browser,
        os,
        device_type,
        country,
        definition_version,
        occurred_at

    from {{ ref('event_session_started') }}

)

select * from session_started
