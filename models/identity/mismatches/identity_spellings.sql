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

ranked as (

    select
        identifier_type,
        spelling,
        identifier_value,
        holder,
        first_seen_at,
        last_seen_at,
        row_number() over (
            partition by identifier_type, spelling
            order by {{ in_byte_order('identifier_value') }}
        ) as variant

    from folded

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
