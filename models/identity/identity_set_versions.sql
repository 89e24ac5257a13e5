{{ config(
    materialized='incremental',
    incremental_strategy='delete+insert',
    unique_key='set_number',
    on_schema_change='fail',
    pre_hook='{{ make_session_builds() }}',
    post_hook="{{ record_highest('build_number') }}"
) }}
{%- set settings -%}
    cast('{{ identity_fingerprint() }}' as {{ dbt.type_string() }})
{%- endset -%}

with

events as (

    select
        set_number,
        event_version

    from {{ ref('identity_events') }}

),

-- Looks at every event, and at nothing twice: two numbers for each.
versions as (

    select
        set_number,
        {{ fast_hash(['sum(event_version)', settings]) }} as set_version

    from events

    group by 1

),

-- A set that no event names any more keeps its row, without a version.
{% if is_incremental() %}

    built as (

        select
            set_number,
            set_version

        from {{ this }}

    ),

    changed as (

        select
            coalesce(versions.set_number, built.set_number) as set_number,
            versions.set_version

        from versions

        full outer join built
            on versions.set_number = built.set_number

        where versions.set_version is distinct from built.set_version

    ),

{% else %}

    changed as (

        select
            set_number,
            set_version

        from versions

    ),

{% endif %}

numbered as (

    select
        set_number,
        set_version,
        cast(
            {{ highest_number('build_number') }} + 1 as {{ dbt.type_bigint() }}
        ) as build_number

    from changed

)

select * from numbered
