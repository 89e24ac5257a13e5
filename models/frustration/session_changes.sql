{{ config(
    materialized='incremental',
    incremental_strategy='delete+insert',
    unique_key='session_id',
    on_schema_change='fail',
    pre_hook=['{{ make_session_builds() }}', '{{ forget_unknown_sessions() }}'],
    post_hook=['{{ forget_seen_build() }}', '{{ record_session_build() }}']
) }}
{#- The seeds by which events are judged: an edit of one changes every session. -#}
{%- for seed in [
    'click_responses',
    'frustration_definitions',
    'session_definitions',
    'signal_definitions',
    'signal_interruptions',
    'signal_names',
    'signal_target_rules',
    'signal_weights',
] -%}
    {%- do ref(seed) -%}
{%- endfor %}

with

sessions as (

    select
        session_id,
        ended_at,
        last_event_at

    from {{ ref('sessions') }}

),

contents as (

    select
        session_id,
        event_count,
        _built_at

    from {{ ref('session_contents') }}

),

-- Another owner, or another moment at which the user changed, changes whose its events
-- are.
parts as (

    select
        session_id,
        {{ dbt.listagg(
            measure="coalesce(profile_id, '') || '@'"
                ~ " || coalesce(cast(started_at as varchar(40)), '') || '@'"
                ~ " || coalesce(cast(ended_at as varchar(40)), '')",
            delimiter_text="','",
            order_by_clause='order by part_number',
        ) }} as owners

    from {{ ref('session_parts') }}

    group by 1

),

stated as (

    select
        sessions.session_id,
        {{ dbt.hash(dbt.concat([
            "'" ~ settings_fingerprint() ~ "'",
            "'/'",
            "coalesce(cast(sessions.ended_at as varchar(40)), '')",
            "'/'",
            "coalesce(cast(sessions.last_event_at as varchar(40)), '')",
            "'/'",
            "coalesce(cast(contents.event_count as varchar(40)), '')",
            "'/'",
            "coalesce(cast(contents._built_at as varchar(40)), '')",
            "'/'",
            "coalesce(parts.owners, '')",
        ])) }} as made_of

    from sessions

    left join contents
        on sessions.session_id = contents.session_id

    left join parts
        on sessions.session_id = parts.session_id

),

builds as (

    select coalesce(max(seen_build), 0) as last_build

    from {{ session_builds() }}

),

{% if is_incremental() %}

    built as (

        select
            session_id,
            made_of,
            build_number

        from {{ this }}

    ),

    numbers as (

        select
            greatest(
                max(builds.last_build), coalesce(max(built.build_number), 0)
            ) + 1 as build_number

        from builds

        left join built
            on 1 = 1

    ),

    changed as (

        select
            stated.session_id,
            stated.made_of

        from stated

        left join built
            on stated.session_id = built.session_id

        where built.made_of is null or stated.made_of <> built.made_of

    ),

{% else %}

    numbers as (

        select last_build + 1 as build_number

        from builds

    ),

    changed as (

        select
            session_id,
            made_of

        from stated

    ),

{% endif %}

session_changes as (

    select
        changed.session_id,
        changed.made_of,
        cast(numbers.build_number as bigint) as build_number

    from changed

    cross join numbers

)

select * from session_changes
