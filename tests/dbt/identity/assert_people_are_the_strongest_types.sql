-- A component's smallest node names it, so types of people must come first in the seed.
{{ config(
    group='identity',
    meta={'dagster': {'ref': {'name': 'identifier_types'}}}
) }}

select weaker.identifier_type

from {{ ref('identifier_types') }} as person_types

inner join {{ ref('identifier_types') }} as weaker
    on person_types.priority > weaker.priority

where
    person_types.is_person
    and not weaker.is_person
