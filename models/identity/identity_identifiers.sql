{{ config(
    materialized='appended',
    incremental_strategy='append',
    pre_hook='{{ forget_changed_clusters() }}',
    post_hook="{{ record_highest('node') }}"
) }}
{%- set seen_number = seen_cluster_build() -%}

with

sets as (

    select
        set_key,
        first_event_id,
        first_seen_at,
        last_seen_at,
        first_received_at,
        last_received_at

    from {{ ref('identity_sets') }}

),

observations as (

    select
        set_key,
        identifier_type,
        identifier_value,
        identifier_key

    from {{ ref('identity_observations') }}

),

aliases as (

    select
        event_id,
        previous_type,
        previous_id,
        {{ identifier_key('previous_type', 'previous_id') }} as identifier_key,
        occurred_at,
        received_at

    from {{ ref('identity_aliases') }}

),

identifier_types as (

    select
        identifier_type,
        priority,
        tier,
        is_person,
        max_degree

    from {{ ref('identifier_types') }}

),

-- Of the clusters that changed every identifier is looked at, and numbered anew.
changed_keys as (

    select distinct identifier_key

    from {{ ref('identity_clusters') }}

    where build_number > {{ seen_number }}

),

cluster_builds as (

    select coalesce(max(build_number), 0) as build_number

    from {{ ref('identity_clusters') }}

),

seen as (

    select
        observations.identifier_type,
        observations.identifier_value,
        observations.identifier_key,
        sets.first_event_id as event_id,
        sets.first_seen_at,
        sets.last_seen_at,
        sets.first_received_at,
        sets.last_received_at
    from observations
    inner join sets
        on observations.set_key = sets.set_key
    {% if is_increment() -%}
    where
        observations.identifier_key in (
            select changed_keys.identifier_key from changed_keys
        )
    {%- endif %}

    union all

    select
        previous_type,
        previous_id,
        identifier_key,
        event_id,
        occurred_at as first_seen_at,
        occurred_at as last_seen_at,
        received_at as first_received_at,
        received_at as last_received_at
    from aliases
    where
        identifier_key in (select changed_keys.identifier_key from changed_keys)

),

identifiers as (

    select
        identifier_type,
        identifier_value,
        identifier_key,
        {{ earliest_text('event_id', 'first_received_at') }} as first_event_id,
        min(first_seen_at) as first_seen_at,
        max(last_seen_at) as last_seen_at,
        min(first_received_at) as first_received_at,
        max(last_received_at) as last_received_at

    from seen

    group by 1, 2, 3

),

-- Strong ones first: the smallest node of a component is its canonical identifier.
numbered as (

    select
        {{ highest_number('node') }} + row_number() over (
            order by
                identifier_types.priority,
                identifiers.first_received_at,
                {{ in_byte_order('identifiers.identifier_type') }},
                {{ in_byte_order('identifiers.identifier_value') }}
        ) as node,
        {{ dbt.hash(dbt.concat([
            "identifiers.identifier_type", "':'", "identifiers.identifier_value"
        ])) }} as identifier_hash,
        identifiers.identifier_type,
        identifiers.identifier_value,
        identifiers.identifier_key,
        cluster_builds.build_number,
        identifiers.first_event_id,
        identifier_types.tier,
        identifier_types.max_degree,
        identifier_types.is_person,
        identifiers.first_seen_at,
        identifiers.last_seen_at,
        identifiers.first_received_at,
        identifiers.last_received_at

    from identifiers

    cross join cluster_builds

    inner join identifier_types
        on identifiers.identifier_type = identifier_types.identifier_type

)

select * from numbered
