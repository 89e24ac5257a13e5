{{ config(materialized='view') }}

with

blocked_values as (

    select
        identifier_type,
        identifier_value

    from {{ ref('blocked_values') }}

),

identifier_types as (

    select
        identifier_type,
        priority,
        tier,
        is_person,
        max_degree,
        max_per_profile,
        value_format

    from {{ ref('identifier_types') }}

),

facts as (

    select
        'blocked' as fact_kind,
        'seed' as cause,
        cast(null as {{ dbt.type_string() }}) as identifier_hash,
        identifier_type as other_hash,
        lower(identifier_value) as seed_value,
        cast(null as {{ dbt.type_string() }}) as event_id,
        cast(null as {{ dbt.type_timestamp() }}) as received_at,
        0 as node
    from blocked_values

    union

    select
        'type' as fact_kind,
        'seed' as cause,
        cast(null as {{ dbt.type_string() }}) as identifier_hash,
        {{ dbt.concat([
            "cast(priority as " ~ dbt.type_string() ~ ")", "':'",
            "cast(tier as " ~ dbt.type_string() ~ ")", "':'",
            "cast(is_person as " ~ dbt.type_string() ~ ")", "':'",
            "coalesce(cast(max_degree as " ~ dbt.type_string() ~ "), '')", "':'",
            "coalesce(cast(max_per_profile as " ~ dbt.type_string() ~ "), '')", "':'",
            "value_format"
        ]) }} as other_hash,
        identifier_type as seed_value,
        cast(null as {{ dbt.type_string() }}) as event_id,
        cast(null as {{ dbt.type_timestamp() }}) as received_at,
        0 as node
    from identifier_types

)

select * from facts
