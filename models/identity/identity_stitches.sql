-- depends_on: {{ ref('identity_identifiers') }}
{{ config(
    materialized='incremental',
    incremental_strategy='append',
    full_refresh=false,
    on_schema_change='append_new_columns',
    pre_hook='{{ forget_identity_stitches() }}'
) }}
{%- set told_places = told_before('identity_told_places', 'node') -%}
{%- set told_facts = told_before('identity_told_facts', 'fact_number') -%}
{%- set is_told = told_places and told_facts -%}
{%- set seen_node = told_node('identity_told_places') -%}

with

mapping as (

    select
        external_id_hash as identifier_hash,
        identifier_type,
        profile_id,
        status

    from {{ ref('external_id_mapping') }}

),

causes as (

    select
        identifier_hash,
        cause,
        event_id

    from {{ ref('identity_causes') }}

),

-- Where it was told to be: of the clusters that are not as they were.
{% if is_told %}

    told_places as (

        {{ told_of_changed_clusters(
            told_places,
            ['identifier_hash', 'identifier_type', 'profile_id', 'status', 'told_at'],
            seen_node
        ) }}

    ),

{% else %}

    told_places as (

        select
            identifier_hash,
            identifier_type,
            profile_id,
            status,
            {{ built_at() }} as told_at

        from mapping

    ),

{% endif %}

forgotten as (

    select
        {{ dbt.hash(dbt.concat(['subject_type', "':'", 'subject_id'])) }}
            as identifier_hash

    from {{ ref('stg_privacy__suppressions') }}

),

moved as (

    select
        told_places.identifier_hash,
        told_places.identifier_type,
        told_places.profile_id as from_profile_id,
        mapping.profile_id as to_profile_id,
        told_places.status as from_status,
        coalesce(mapping.status, 'gone') as to_status,
        told_places.told_at

    from told_places

    left join mapping
        on told_places.identifier_hash = mapping.identifier_hash

    where
        (
            mapping.identifier_hash is null
            or told_places.profile_id is distinct from mapping.profile_id
        )
        and told_places.identifier_hash not in (
            select forgotten.identifier_hash from forgotten
        )
        and coalesce(told_places.profile_id, '') not in (
            select forgotten.identifier_hash from forgotten
        )

),

stitches as (

    select
        {{ dbt.hash(dbt.concat([
            "moved.identifier_hash",
            "':'", "coalesce(moved.to_profile_id, '')",
            "':'", "cast(moved.told_at as " ~ dbt.type_string() ~ ")",
        ])) }} as stitch_id,
        moved.identifier_hash,
        moved.identifier_type,
        moved.from_profile_id,
        moved.to_profile_id,
        moved.from_status,
        moved.to_status,
        coalesce(causes.cause, 'seed') as cause,
        causes.event_id as triggering_event_id,
        {{ as_of() }} as stitched_at

    from moved

    left join causes
        on moved.identifier_hash = causes.identifier_hash

)

select * from stitches
{% if is_incremental() %}
    where stitch_id not in (select told.stitch_id from {{ this }} as told)
{% endif %}
