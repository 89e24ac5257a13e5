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

searchable as (

    select
        {{ dbt.hash(dbt.concat(
            ['identifier_type', "':'", 'identifier_value']
        )) }} as identifier_hash,
        identifier_type,
        identifier_value,
        case
            when identifier_type = 'phone'
                then {{ phone_digits('identifier_value') }}
            else lower(trim(identifier_value))
        end as lookup_value,
        profile_id,
        identifier_status

    from identifiers

)

select * from searchable
