{{ config(
    group='traits',
    meta={'dagster': {'ref': {'name': 'watchable_sessions'}}}
) }}

-- A link ends up in a CRM, where many read it: it must not be a key. Every link that
-- leaves is one of these.

select
    watchable_sessions.session_id,
    sessions.replay_requires_auth

from {{ ref('watchable_sessions') }} as watchable_sessions

inner join {{ ref('sessions') }} as sessions
    on watchable_sessions.session_id = sessions.session_id

where
    not coalesce(sessions.replay_requires_auth, true)
    or watchable_sessions.replay_url like '%?%'
