{{ config(materialized='view') }}

with

observations as (

    select
        set_number,
        set_version,
        identifier_key

    from {{ ref('identity_observations') }}

),

aliases as (

    select
        event_id,
        previous_id,
        user_id,
        occurred_at,
        received_at

    from {{ ref('stg_segment__aliases') }}

    where
        previous_id is not null
        and user_id is not null

),

overrides as (

    select
        rule,
        event_id,
        identifier_type,
        identifier_value,
        other_type,
        other_value

    from {{ ref('identity_overrides') }}

),

unlinked_events as (

    select distinct event_id

    from overrides

    where rule = 'must_not_link'

),

versioned_aliases as (

    select
        {{ fast_hash([
            "cast('alias' as " ~ dbt.type_string() ~ ")",
            'aliases.event_id',
        ]) }} as tie_number,
        {{ fast_hash([
            'aliases.previous_id',
            'aliases.user_id',
            'unlinked_events.event_id',
            'aliases.occurred_at',
            'aliases.received_at',
        ]) }} as tie_version,
        aliases.previous_id,
        aliases.user_id

    from aliases

    left join unlinked_events
        on aliases.event_id = unlinked_events.event_id

),

versioned_overrides as (

    select
        {{ fast_hash([
            'rule', 'identifier_type', 'identifier_value', 'other_type', 'other_value',
        ]) }} as tie_number,
        cast(0 as {{ dbt.type_bigint() }}) as tie_version,
        identifier_type,
        identifier_value,
        other_type,
        other_value

    from overrides

    where identifier_value is not null

),

-- Wider than any rule: a previous id may turn out to be a user or a device.
rare_ties as (

    select
        tie_number,
        tie_version,
        {{ identifier_key("'user_id'", 'user_id') }} as identifier_key
    from versioned_aliases

    union

    select
        tie_number,
        tie_version,
        {{ identifier_key("'user_id'", 'previous_id') }} as identifier_key
    from versioned_aliases

    union

    select
        tie_number,
        tie_version,
        {{ identifier_key("'anonymous_id'", 'previous_id') }} as identifier_key
    from versioned_aliases

    union

    select
        tie_number,
        tie_version,
        {{ identifier_key('identifier_type', 'identifier_value') }} as identifier_key
    from versioned_overrides

    union

    select
        tie_number,
        tie_version,
        {{ identifier_key('other_type', 'other_value') }} as identifier_key
    from versioned_overrides
    where other_value is not null

),

ties as (

    select
        set_number as tie_number,
        set_version as tie_version,
        false as is_rare,
        identifier_key
    from observations

    union all

    select
        tie_number,
        tie_version,
        true as is_rare,
        identifier_key
    from rare_ties

)

select * from ties
