-- A profile keeps what names it, and people are never told apart by a limit.
{{ config(
    group='identity',
    meta={'dagster': {'ref': {'name': 'identifier_types'}}}
) }}

select identifier_type

from {{ ref('identifier_types') }}

where
    max_per_profile < 1
    or (is_person and max_per_profile is not null)
