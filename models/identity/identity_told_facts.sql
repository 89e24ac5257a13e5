-- depends_on: {{ ref('identity_stitches') }}
with

facts as (

    select
        fact_id,
        fact_kind,
        cause,
        identifier_hash,
        other_hash,
        seed_value,
        event_id,
        received_at

    from {{ ref('identity_facts') }}

)

select * from facts
