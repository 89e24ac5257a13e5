{{ config(**after_numbering()) }}

with

aliases as (

    select
        event_id,
        previous_id,
        user_id,
        occurred_at,
        received_at

    from {{ ref('identity_aliases') }}

    where previous_type = 'user_id'

),

overrides as (

    select
        identifier_type,
        identifier_value,
        other_type,
        other_value

    from {{ ref('identity_overrides') }}

    where rule = 'same_person'

),

persons as (

    select
        node,
        identifier_type,
        identifier_value

    from {{ ref('identity_identifiers') }}

    where is_person

),

alias_mergers as (

    select
        aliases.event_id,
        kept.node as kept_node,
        replaced.node as replaced_node,
        aliases.occurred_at as merged_at,
        aliases.received_at

    from aliases

    inner join persons as kept
        on
            kept.identifier_type = 'user_id'
            and aliases.user_id = kept.identifier_value

    inner join persons as replaced
        on
            replaced.identifier_type = 'user_id'
            and aliases.previous_id = replaced.identifier_value

),

override_mergers as (

    select
        cast(null as {{ dbt.type_string() }}) as event_id,
        kept.node as kept_node,
        replaced.node as replaced_node,
        cast(null as {{ dbt.type_timestamp() }}) as merged_at,
        cast(null as {{ dbt.type_timestamp() }}) as received_at

    from overrides

    inner join persons as kept
        on
            overrides.identifier_type = kept.identifier_type
            and overrides.identifier_value = kept.identifier_value

    inner join persons as replaced
        on
            overrides.other_type = replaced.identifier_type
            and overrides.other_value = replaced.identifier_value

    where kept.node <> replaced.node

),

mergers as (

    select * from alias_mergers

    union all

    select * from override_mergers

)

select * from mergers
