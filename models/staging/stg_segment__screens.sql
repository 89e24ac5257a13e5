{{ config(materialized='view') }}

with

calls as (

    select
        event_id,
        user_id,
        anonymous_id,
        name,
        category,
        external_ids,
        context_traits_email,
        context_anonymous_id,
        context_group_id,
        url,
        path,
        referrer,
        received_at,
        occurred_at,
        loaded_at

    from {{ ref('stg_segment__calls') }}

    where call_table = 'screens'

)

select * from calls
