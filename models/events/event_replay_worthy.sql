with

forwardable_sessions as (

    select
        session_id,
        user_id,
        anonymous_id,
        region,
        replay_url,
        top_signal,
        definition_version,
        frustration_score

    from {{ ref('forwardable_sessions') }}

    where replay_url is not null

),

replay_reasons as (

    select
        session_id,
        reason,
        worthy_at,
        row_number() over (
            partition by session_id
            order by worthy_at, reason_rank
        ) as reason_number

    from {{ ref('replay_reasons') }}

),

replays as (

    select
        {{ dbt.hash(dbt.concat(
            ["'replay_worthy:'", 'replay_reasons.session_id']
        )) }} as event_id,
        forwardable_sessions.user_id,
        forwardable_sessions.anonymous_id,
        forwardable_sessions.session_id,
        forwardable_sessions.region,
        forwardable_sessions.replay_url,
        replay_reasons.reason as worthy_because,
        forwardable_sessions.top_signal,
        forwardable_sessions.definition_version,
        forwardable_sessions.frustration_score,
        replay_reasons.worthy_at as occurred_at

    from replay_reasons

    inner join forwardable_sessions
        on replay_reasons.session_id = forwardable_sessions.session_id

    where replay_reasons.reason_number = 1

)

select * from replays
