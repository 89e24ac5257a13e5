{{ config(
    materialized='incremental',
    incremental_strategy='delete+insert',
    unique_key='session_id',
    on_schema_change='fail',
    pre_hook=['{{ make_session_builds() }}', '{{ forget_unknown_sessions() }}'],
    post_hook="{{ record_highest('build_number') }}"
) }}
{#- The seeds by which events are judged: an edit of one changes every session. -#}
{%- for seed in [
    'bot_user_agents',
    'click_responses',
    'consent_statuses',
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

states as (

    select
        session_id,
        '{{ settings_fingerprint() }}:' || cast(made_of as varchar(40)) as made_of

    from {{ ref('session_states') }}

),

{% if is_incremental() %}

    built as (

        select
            session_id,
            made_of

        from {{ this }}

    ),

    changed as (

        select
            states.session_id,
            states.made_of

        from states

        left join built
            on states.session_id = built.session_id

        where built.made_of is null or states.made_of <> built.made_of

    ),

{% else %}

    changed as (

        select
            session_id,
            made_of

        from states

    ),

{% endif %}

session_changes as (

    select
        session_id,
        made_of,
        cast({{ highest_number('build_number') }} + 1 as bigint) as build_number

    from changed

)

select * from session_changes
