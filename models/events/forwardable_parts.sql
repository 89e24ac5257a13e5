with

sessions as (

    select
        session_id,
        profile_id,
        anonymous_id

    from {{ ref('sessions') }}

),

-- Who comes back to a session after another user held a part of it, all the same.
holders as (

    select distinct
        session_id,
        profile_id

    from {{ ref('session_parts') }}

),

own_devices as (

    select
        identifier_value as anonymous_id,
        profile_id

    from {{ ref('external_id_mapping') }}

    where identifier_type = 'anonymous_id' and status = 'owned'

),

session_scores as (

    select
        session_id,
        frustration_score,
        top_signal,
        definition_version

    from {{ ref('session_scores') }}

    where score_excluded_reason is null

),

profile_traits as (

    select
        profile_id,
        user_id,
        anonymous_id,
        region

    from {{ ref('profile_traits') }}

),

watchable_sessions as (

    select
        session_id,
        replay_url

    from {{ ref('watchable_sessions') }}

),

-- A shared device is not the person's own. To name both in one call would tell Segment
-- to make them one, so a known person's event leaves without that device.
forwardable_parts as (

    select
        sessions.session_id,
        holders.profile_id,
        profile_traits.user_id,
        case
            when own_devices.anonymous_id is not null then sessions.anonymous_id
            when profile_traits.user_id is null then profile_traits.anonymous_id
        end as anonymous_id,
        profile_traits.region,
        watchable_sessions.replay_url,
        session_scores.top_signal,
        session_scores.definition_version,
        session_scores.frustration_score,
        coalesce(holders.profile_id = sessions.profile_id, false) as is_last

    from sessions

    inner join holders
        on sessions.session_id = holders.session_id

    inner join session_scores
        on sessions.session_id = session_scores.session_id

    inner join profile_traits
        on holders.profile_id = profile_traits.profile_id

    left join own_devices
        on
            sessions.anonymous_id = own_devices.anonymous_id
            and holders.profile_id = own_devices.profile_id

    left join watchable_sessions
        on sessions.session_id = watchable_sessions.session_id

),

-- Segment takes no event about nobody.
addressed as (

    select * from forwardable_parts

    where user_id is not null or anonymous_id is not null

)

select * from addressed
