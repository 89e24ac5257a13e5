{{ config(indexes=lookup_indexes('lookup_value')) }}

with

mapping as (

    select
        identifier_type,
        identifier_value,
        profile_id,
        status as identifier_status

    from {{ ref('external_id_mapping') }}

    where status in ('owned', 'shared')

),

profile_names as (

    select
        profile_id,
        canonical_profile_id

    from {{ ref('id_graph') }}

),

-- A link in a CRM may bear the name that a profile had before it was merged.
identifiers as (

    select
        identifier_type,
        identifier_value,
        profile_id,
        identifier_status
    from mapping

    union all

    select
        'profile_id' as identifier_type,
        profile_id as identifier_value,
        canonical_profile_id as profile_id,
        'owned' as identifier_status
    from profile_names
    where canonical_profile_id is not null

),

identifier_types as (

    select
        identifier_type,
        value_format

    from {{ ref('identifier_types') }}

),

searchable as (

    select
        {{ dbt.hash(dbt.concat(
            ['identifiers.identifier_type', "':'", 'identifiers.identifier_value']
        )) }} as identifier_hash,
        identifiers.identifier_type,
        identifiers.identifier_value,
        lower({{ normal_form(
            'identifier_types.value_format', 'identifiers.identifier_value'
        ) }}) as lookup_value,
        identifiers.profile_id,
        identifiers.identifier_status

    from identifiers

    left join identifier_types
        on identifiers.identifier_type = identifier_types.identifier_type

)

select * from searchable
