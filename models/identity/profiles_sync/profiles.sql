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

    where profile_id is not null

),

identifier_types as (

    select
        identifier_type,
        priority,
        is_person

    from {{ ref('identifier_types') }}

),

-- A type that the seed does not know is weaker than those that it does. Of several user
-- ids, which Segment may allow, the last one names the person.
ranked as (

    select
        identifiers.*,
        coalesce(identifier_types.is_person, false) as is_person,
        row_number() over (
            partition by identifiers.profile_id
            order by
                identifier_types.priority asc nulls last,
                case
                    when identifier_types.is_person
                        then identifiers.last_received_at
                end desc nulls last,
                identifiers.first_received_at asc nulls last,
                {{ in_byte_order('identifiers.identifier_type') }} asc,
                {{ in_byte_order('identifiers.identifier_value') }} asc
        ) as strength,
        row_number() over (
            partition by identifiers.profile_id, identifiers.identifier_type
            order by
                identifiers.first_received_at asc nulls last,
                {{ in_byte_order('identifiers.identifier_value') }} asc
        ) as first_rank,
        row_number() over (
            partition by identifiers.profile_id, identifiers.identifier_type
            order by
                identifiers.last_received_at desc nulls last,
                {{ in_byte_order('identifiers.identifier_value') }} asc
        ) as last_rank

    from identifiers

    left join identifier_types
        on identifiers.identifier_type = identifier_types.identifier_type

),

named as (

    select
        profile_id,
        max(case when strength = 1 then identifier_type end) as canonical_type,
        max(case when strength = 1 then identifier_value end) as canonical_value,
        max(
            case
                when identifier_type = 'user_id' and strength = 1
                    then identifier_value
            end
        ) as user_id,
        max(
            case
                when identifier_type = 'anonymous_id' and first_rank = 1
                    then identifier_value
            end
        ) as anonymous_id,
        max(
            case
                when identifier_type = 'email' and last_rank = 1
                    then identifier_value
            end
        ) as email,
        max(case when is_person then 1 else 0 end) = 1 as is_known,
        min(first_seen_at) as first_seen_at,
        max(last_seen_at) as last_seen_at

    from ranked

    group by 1

)

select * from named
