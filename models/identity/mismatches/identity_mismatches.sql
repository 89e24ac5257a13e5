with

sets as (

    select
        is_recorded,
        first_seen_at

    from {{ ref('identity_sets') }}

),

users as (

    select
        user_id,
        segment_event_count,
        relyv_event_count,
        first_seen_at,
        last_seen_at

    from {{ ref('identity_user_sides') }}

    where
        segment_event_count = 0
        or relyv_event_count = 0

),

claims as (

    select
        identifier_type,
        identifier_value,
        first_seen_at,
        last_seen_at

    from {{ ref('identity_claims') }}

),

spellings as (

    select
        identifier_type,
        identifier_value,
        other_value,
        variant_count,
        first_seen_at,
        last_seen_at

    from {{ ref('identity_spellings') }}

),

alias_candidates as (

    select
        user_id,
        next_user_id,
        common_identifier_count,
        first_seen_at,
        last_seen_at

    from {{ ref('identity_alias_candidates') }}

),

phones as (

    select
        mapping.identifier_type,
        mapping.identifier_value,
        mapping.first_seen_at,
        mapping.last_seen_at

    from {{ ref('external_id_mapping') }} as mapping

    inner join {{ ref('identifier_types') }} as identifier_types
        on mapping.identifier_type = identifier_types.identifier_type

    where identifier_types.value_format = 'phone'

),

beginnings as (

    select
        is_recorded,
        min(first_seen_at) as began_at

    from sets

    group by 1

),

-- Who was here before the other side began is missing nowhere.
missing_users as (

    select users.*

    from users

    inner join beginnings
        on beginnings.is_recorded = (users.relyv_event_count = 0)

    where users.last_seen_at >= beginnings.began_at

),

found as (

    select
        case
            when segment_event_count = 0 then 'user_on_relyv_only'
            else 'user_on_segment_only'
        end as mismatch,
        'user_id' as identifier_type,
        user_id as identifier_value,
        cast(null as {{ dbt.type_string() }}) as other_value,
        segment_event_count + relyv_event_count as evidence_count,
        first_seen_at,
        last_seen_at
    from missing_users

    union all

    select
        'email_of_several_users' as mismatch,
        identifier_type,
        identifier_value,
        cast(null as {{ dbt.type_string() }}) as other_value,
        count(*) as evidence_count,
        min(first_seen_at) as first_seen_at,
        max(last_seen_at) as last_seen_at
    from claims
    where identifier_type = 'email'
    group by 1, 2, 3, 4

    union all

    select
        'spelled_differently' as mismatch,
        identifier_type,
        identifier_value,
        other_value,
        variant_count as evidence_count,
        first_seen_at,
        last_seen_at
    from spellings

    union all

    select
        'alias_candidate' as mismatch,
        'user_id' as identifier_type,
        user_id as identifier_value,
        next_user_id as other_value,
        common_identifier_count as evidence_count,
        first_seen_at,
        last_seen_at
    from alias_candidates

    union all

    select
        'phone_without_country' as mismatch,
        identifier_type,
        identifier_value,
        cast(null as {{ dbt.type_string() }}) as other_value,
        1 as evidence_count,
        first_seen_at,
        last_seen_at
    from phones
    where not {{ is_e164('identifier_value') }}

),

keyed as (

    select
        {{ dbt.hash(dbt.concat([
            "mismatch",
            "':'", "identifier_type",
            "':'", "identifier_value",
            "':'", "coalesce(other_value, '')",
        ])) }} as mismatch_id,
        mismatch,
        identifier_type,
        identifier_value,
        other_value,
        evidence_count,
        first_seen_at,
        last_seen_at

    from found

)

select * from keyed
