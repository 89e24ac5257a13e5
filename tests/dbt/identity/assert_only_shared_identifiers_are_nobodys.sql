-- Owned, quarantined and over-limit identifiers have a profile, shared ones have none.
{{ config(
    group='identity',
    meta={'dagster': {'ref': {'name': 'external_id_mapping'}}}
) }}

select
    identifier_type,
    identifier_value,
    status

from {{ ref('external_id_mapping') }}

where (profile_id is null) <> (status = 'shared')
