with

mapping as (

    select
        identifier_type,
        identifier_value,
        coalesce(profile_id, external_id_hash) as holder,
        first_seen_at,
        last_seen_at

    from {{ ref('external_id_mapping') }}

),

folded as (

    select
        identifier_type,
        identifier_value,
        lower(replace(replace(identifier_value, ' ', ''), chr(9), '')) as spelling,
        holder,
        first_seen_at,
        last_seen_at

    from mapping

),

several as (

    select
        identifier_type,
        spelling

    from folded

    group by identifier_type, spelling

    having count(*) > 1

),

ranked as (

    select
        folded.identifier_type,
        folded.spelling,
        folded.identifier_value,
        folded.holder,
        folded.first_seen_at,
        folded.last_seen_at,
        row_number() over (
            partition by folded.identifier_type, folded.spelling
            order by {{ in_byte_order('folded.identifier_value') }}
        ) as variant

    from folded

    inner join several
        on
            folded.identifier_type = several.identifier_type
            and folded.spelling = several.spelling

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

    having count(distinct holder) > 1

)

select * from spellings
