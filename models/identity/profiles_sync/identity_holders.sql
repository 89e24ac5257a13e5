{{ config(materialized='view') }}

with

mapping as (

    select
        identifier_type,
        identifier_value,
        profile_id,
        status

    from {{ ref('external_id_mapping') }}

),

-- Segment numbers nothing: what follows is built in full.
holders as (

    select
        cast(0 as {{ dbt.type_bigint() }}) as node,
        {{ identifier_key('identifier_type', 'identifier_value') }} as identifier_key,
        identifier_type,
        identifier_value,
        profile_id,
        status

    from mapping

)

select * from holders
