with

forwardable_parts as (

    select
        session_id,
        profile_id,
        user_id,
        anonymous_id,
        region,
        replay_url,
        top_signal,
        definition_version,
        frustration_score

    from {{ ref('forwardable_parts') }}

),

shares as (

    select
        session_id,
        profile_id,
        coalesce(share_id, event_id) as share_id,
        share_channel,
        ts as occurred_at,
        row_number() over (
            partition by coalesce(share_id, event_id)
            order by ts, {{ in_byte_order('event_id') }}
        ) as telling_number

    from {{ ref('session_events') }}

    where event_type = 'share'

),

-- The link that was shared may open for anyone, so it stays here: replay_url is the
-- address for colleagues.
replays_shared as (

    select
        {{ dbt.hash(dbt.concat(["'replay_shared:'", 'shares.share_id'])) }}
            as event_id,
        forwardable_parts.user_id,
        forwardable_parts.anonymous_id,
        forwardable_parts.session_id,
        shares.share_id,
        forwardable_parts.region,
        forwardable_parts.replay_url,
        shares.share_channel,
        forwardable_parts.top_signal,
        forwardable_parts.definition_version,
        forwardable_parts.frustration_score,
        shares.occurred_at

    from shares

    inner join forwardable_parts
        on
            shares.session_id = forwardable_parts.session_id
            and shares.profile_id = forwardable_parts.profile_id

    where shares.telling_number = 1

)

select * from replays_shared
