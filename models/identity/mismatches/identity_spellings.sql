with

mapping as (

    select
        external_id_hash,
        identifier_type,
        identifier_value,
        profile_id,
        first_seen_at,
        last_seen_at

    from {{ ref('external_id_mapping') }}

),

-- Most are written without capitals and blanks; of several spellings of one identifier
-- all but one are not.
odd as (

    select
        external_id_hash,
        identifier_type,
        identifier_value,
        profile_id,
        first_seen_at,
        last_seen_at,
        lower(replace(replace(identifier_value, ' ', ''), chr(9), '')) as spelling

    from {{ ref('external_id_mapping') }}

    where
        identifier_value <> lower(identifier_value)
        or identifier_value like '% %'
        or identifier_value like '%' || chr(9) || '%'

),

odd_spellings as (

    select distinct
        identifier_type,
        spelling

    from odd

),

variants as (

    select * from odd

    union all

    select
        mapping.*,
        odd_spellings.spelling
    from mapping
    inner join odd_spellings
        on
            mapping.identifier_type = odd_spellings.identifier_type
            and mapping.identifier_value = odd_spellings.spelling

),

ranked as (

    select
        variants.*,
        row_number() over (
            partition by identifier_type, spelling
            order by {{ in_byte_order('identifier_value') }}
        ) as variant

    from variants

),

-- What an alias has joined already needs nobody's eye.
spellings as (

    select
        {{ dbt.hash(dbt.concat([
            "identifier_type", "':'", "spelling"
        ])) }} as spelling_id,
        identifier_type,
        max(case when variant = 1 then identifier_value end) as identifier_value,
        max(case when variant = 2 then identifier_value end) as other_value,
        count(*) as variant_count,
        min(first_seen_at) as first_seen_at,
        max(last_seen_at) as last_seen_at

    from ranked

    group by identifier_type, spelling

    having count(distinct coalesce(profile_id, external_id_hash)) > 1

)

select * from spellings
