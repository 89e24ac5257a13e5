{{ config(
    materialized='tied_clusters',
    incremental_strategy='append',
    pre_hook='{{ make_session_builds() }}',
    post_hook="{{ record_highest('build_number') }}"
) }}

with

ties as (

    select
        tie_number,
        tie_version,
        identifier_key

    from {{ ref('identity_ties') }}

)

select * from ties
