-- A session's profile exists. Without one it is anonymous, and says so.
{{ config(
    group='sessions',
    meta={'dagster': {'ref': {'name': 'sessions'}}}
) }}

select sessions.session_id

from {{ ref('sessions') }} as sessions

left join {{ ref('profiles') }} as profiles
    on sessions.profile_id = profiles.profile_id

where
    (sessions.profile_id is not null and profiles.profile_id is null)
    or (sessions.profile_id is null and sessions.stitch_rule <> 'anonymous')
