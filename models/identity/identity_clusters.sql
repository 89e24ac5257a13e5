-- depends_on: {{ ref('identity_observations') }}
{{ config(
    materialized='tied_clusters',
    incremental_strategy='append',
    post_hook=["{{ record_highest('build_number') }}", '{{ record_seen_sets() }}']
) }}

with

ties as (

    select
        tie_number,
        tie_version,
        is_rare,
        identifier_key

    from {{ ref('identity_ties') }}

    where
        is_rare
        or {{ is_of_changed_set('tie_number') }}

)

select * from ties
