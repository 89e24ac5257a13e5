{{ config(materialized='view') }}

with

-- A person's own identifier leads to all their sessions. A shared device leads to the
-- sessions seen on it, and a shared e-mail address nowhere: no session happens on it.
-- Each rule reads tables of its own: PostgreSQL then looks for one identifier by index.
-- It would copy all sessions first if they were named once above.
found_sessions as (

    {% for status, type_condition, identifier, of_session in [
        ('owned', 'true', 'profile_id', 'profile_id'),
        (
            'shared',
            "identifiers.identifier_type = 'anonymous_id'",
            'identifier_value',
            'anonymous_id',
        ),
    ] %}
        select
            identifiers.identifier_type,
            identifiers.identifier_value,
            identifiers.lookup_value,
            identifiers.identifier_status,
            sessions.profile_id,
            sessions.session_id,
            sessions.stitch_rule,
            sessions.started_at

        from {{ ref('lookup_identifiers') }} as identifiers

        inner join {{ ref('sessions') }} as sessions
            on identifiers.{{ identifier }} = sessions.{{ of_session }}

        where
            identifiers.identifier_status = '{{ status }}'
            and {{ type_condition }}
            and sessions.profile_id is not null

        {{ 'union all' if not loop.last }}
    {% endfor %}

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
        found_sessions.profile_id,
        found_sessions.session_id,
        found_sessions.stitch_rule,
        watchable_sessions.replay_url,
        session_scores.top_signal,
        session_scores.frustration_score,
        found_sessions.started_at

    from found_sessions

    inner join session_scores
        on found_sessions.session_id = session_scores.session_id

    left join watchable_sessions
        on found_sessions.session_id = watchable_sessions.session_id

)

select * from reverse_lookup
