{{ config(
    materialized='incremental',
    incremental_strategy='append',
    full_refresh=false,
    on_schema_change='append_new_columns',
    pre_hook='{{ forget_stitches() }}'
) }}

with

parts as (

    select
        session_id,
        profile_id,
        stitch_rule,
        stitch_event_id

    from {{ ref('session_parts') }}

    where is_last

),

met as (

    select
        profile_id,
        canonical_profile_id,
        triggering_event_id

    from {{ ref('profile_merges') }}

),

{% if is_incremental() %}

    told as (

        select
            session_id,
            to_profile_id,
            stitch_event_id,
            stitch_number,
            row_number() over (
                partition by session_id
                order by stitch_number desc
            ) as recency

        from {{ this }}

    ),

    last_told as (

        select
            session_id,
            to_profile_id,
            stitch_event_id,
            stitch_number

        from told

        where recency = 1

    ),

{% else %}

    last_told as (

        select
            session_id,
            profile_id as to_profile_id,
            stitch_event_id,
            0 as stitch_number

        from parts

        where 1 = 0

    ),

{% endif %}

-- The same event decides, and the profile is another: two profiles have become one, and
-- the call that made them one is what moved the session.
moved as (

    select
        parts.session_id || ':' || (coalesce(last_told.stitch_number, 0) + 1)
            as stitch_id,
        parts.session_id,
        last_told.to_profile_id as from_profile_id,
        parts.profile_id as to_profile_id,
        parts.stitch_rule,
        parts.stitch_event_id,
        case
            when parts.stitch_event_id = last_told.stitch_event_id
                then coalesce(met.triggering_event_id, parts.stitch_event_id)
            else parts.stitch_event_id
        end as triggering_event_id,
        coalesce(last_told.stitch_number, 0) + 1 as stitch_number,
        {{ as_of() }} as stitched_at

    from parts

    left join last_told
        on parts.session_id = last_told.session_id

    left join met
        on
            last_told.to_profile_id = met.profile_id
            and parts.profile_id = met.canonical_profile_id

    where
        coalesce(parts.profile_id, '') <> coalesce(last_told.to_profile_id, '')

)

select * from moved
