-- id_graph leads to a profile that exists, or to none where the identifier is shared.
{{ config(
    group='identity',
    meta={'dagster': {'ref': {'name': 'id_graph'}}}
) }}

select id_graph.profile_id

from {{ ref('id_graph') }} as id_graph

left join {{ ref('profiles') }} as profiles
    on id_graph.canonical_profile_id = profiles.profile_id

where
    id_graph.canonical_profile_id is not null
    and profiles.profile_id is null
