-- A user id is somebody: it is never shared, quarantined or left without a profile.
{{ config(
    group='identity',
    meta={'dagster': {'ref': {'name': 'external_id_mapping'}}}
) }}

select
    identifier_value,
    status

from {{ ref('external_id_mapping') }}

where
    identifier_type = 'user_id'
    and (profile_id is null or status <> 'owned')
