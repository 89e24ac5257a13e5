-- depends_on: {{ ref('identity_stitches') }}
{{ config(**node_by_node()) }}

with

facts as (

    select
        fact_number,
        fact_kind,
        cause,
        identifier_hash,
        other_hash,
        seed_value,
        event_id,
        received_at,
        node

    from {{ ref('identity_facts') }}

    where
        {{ is_of_new_node() }}
        or node = 0

)

select * from facts
