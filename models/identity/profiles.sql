{{ config(**identifier_by_identifier('profile_id')) }}

with

identifiers as (

    select
        external_id_hash,
        identifier_type,
        identifier_value,
        profile_id,
        first_seen_at,
        last_seen_at,
        first_received_at,
        last_received_at

    from {{ ref('external_id_mapping') }}

    where
        profile_id is not null
        and {{ is_of_new_identifier('external_id_hash') }}

),

persons as (

    select identifier_type

    from {{ ref('identifier_types') }}

    where is_person

),

-- The first device, and the last address.
ranked as (

    select
        external_id_hash,
        identifier_type,
        identifier_value,
        profile_id,
        first_seen_at,
        last_seen_at,
        row_number() over (
            partition by profile_id, identifier_type
            order by
                case when identifier_type <> 'email' then first_received_at end asc,
                case when identifier_type = 'email' then last_received_at end desc,
                {{ in_byte_order('identifier_value') }} asc
        ) as choice

    from identifiers

),

seen as (

    select
        profile_id,
        max(
            case when external_id_hash = profile_id then identifier_type end
        ) as canonical_type,
        max(
            case when external_id_hash = profile_id then identifier_value end
        ) as canonical_value,
        max(
            case
                when identifier_type = 'anonymous_id' and choice = 1
                    then identifier_value
            end
        ) as anonymous_id,
        max(
            case
                when identifier_type = 'email' and choice = 1
                    then identifier_value
            end
        ) as email,
        min(first_seen_at) as first_seen_at,
        max(last_seen_at) as last_seen_at

    from ranked

    group by 1

),

named as (

    select
        seen.profile_id,
        seen.canonical_type,
        seen.canonical_value,
        case
            when seen.canonical_type = 'user_id' then seen.canonical_value
        end as user_id,
        seen.anonymous_id,
        seen.email,
        persons.identifier_type is not null as is_known,
        seen.first_seen_at,
        seen.last_seen_at

    from seen

    left join persons
        on seen.canonical_type = persons.identifier_type

)

select * from named
