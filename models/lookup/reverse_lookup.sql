{{ config(indexes=lookup_indexes('lookup_value')) }}

with

identifiers as (

    select
        identifier_type,
        identifier_value,
        lookup_value,
        profile_id,
        identifier_status

    from {{ ref('lookup_identifiers') }}

),

sessions as (

    select
        session_id,
        profile_id,
        anonymous_id,
        stitch_rule,
        started_at

    from {{ ref('sessions') }}

    where profile_id is not null

),

session_scores as (

    select
        session_id,
        top_signal,
        frustration_score

    from {{ ref('session_scores') }}

    where coalesce(score_excluded_reason, '') <> 'deleted'

),

watchable_sessions as (

    select
        session_id,
        replay_url

    from {{ ref('watchable_sessions') }}

),

-- A person's own identifier leads to all their sessions. A shared device leads to the
-- sessions seen on it, and a shared e-mail address nowhere: no session happens on it.
found_sessions as (

    select
        identifiers.*,
        sessions.session_id

    from identifiers

    inner join sessions
        on identifiers.profile_id = sessions.profile_id

    where identifiers.identifier_status = 'owned'

    union all

    select
        identifiers.*,
        sessions.session_id

    from identifiers

    inner join sessions
        on identifiers.identifier_value = sessions.anonymous_id

    where
        identifiers.identifier_status = 'shared'
        and identifiers.identifier_type = 'anonymous_id'

),

reverse_lookup as (

    select
        {{ dbt.hash(dbt.concat([
            'found_sessions.identifier_type',
            "':'",
            'found_sessions.identifier_value',
            "':'",
            'found_sessions.session_id',
        ])) }} as lookup_id,
        found_sessions.identifier_type,
        found_sessions.identifier_value,
        found_sessions.lookup_value,
        found_sessions.identifier_status,
        sessions.profile_id,
        sessions.session_id,
        sessions.stitch_rule,
        watchable_sessions.replay_url,
        session_scores.top_signal,
        session_scores.frustration_score,
        sessions.started_at

    from found_sessions

    inner join sessions
        on found_sessions.session_id = sessions.session_id

    inner join session_scores
        on found_sessions.session_id = session_scores.session_id

    left join watchable_sessions
        on found_sessions.session_id = watchable_sessions.session_id

)

select * from reverse_lookup
