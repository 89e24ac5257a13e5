{{ config(**node_by_node()) }}

with

observations as (

    select
        set_key,
        identifier_type,
        identifier_value

    from {{ ref('identity_observations') }}

),

identifiers as (

    select
        node,
        identifier_type,
        identifier_value

    from {{ ref('identity_identifiers') }}

    where {{ is_of_new_node() }}

),

numbered as (

    select
        observations.set_key,
        identifiers.node,
        min(identifiers.node) over (
            partition by observations.set_key
        ) as strongest_node

    from observations

    inner join identifiers
        on
            observations.identifier_type = identifiers.identifier_type
            and observations.identifier_value = identifiers.identifier_value

)

select * from numbered
