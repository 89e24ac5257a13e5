-- Whoever looks up a profile that exists today finds it in id_graph, as itself.
{{ config(
    group='identity',
    meta={'dagster': {'ref': {'name': 'id_graph'}}}
) }}

select profiles.profile_id

from {{ ref('profiles') }} as profiles

left join {{ ref('id_graph') }} as id_graph
    on profiles.profile_id = id_graph.profile_id

where
    id_graph.canonical_profile_id is null
    or id_graph.canonical_profile_id <> profiles.profile_id
