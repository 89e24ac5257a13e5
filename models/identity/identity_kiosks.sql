{{ config(**after_numbering()) }}

with

overrides as (

    select
        identifier_type,
        identifier_value

    from {{ ref('identity_overrides') }}

    where rule = 'kiosk'

),

identifiers as (

    select
        node,
        identifier_type,
        identifier_value

    from {{ ref('identity_identifiers') }}

    where not is_person

),

kiosks as (

    select distinct identifiers.node

    from overrides

    inner join identifiers
        on
            overrides.identifier_type = identifiers.identifier_type
            and overrides.identifier_value = identifiers.identifier_value

)

select * from kiosks
