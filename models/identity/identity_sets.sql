{{ config(**set_by_set()) }}
{%- set identifiers = set_identifiers() -%}
{%- set texts = [
    "case when is_recorded then 'relyv' else 'segment' end",
    "coalesce(own_event_id, '')",
] -%}
{%- for identifier in identifiers -%}
    {%- do texts.append('coalesce(' ~ identifier ~ ", '')") -%}
{%- endfor %}

with

versions as (

    select
        set_number,
        set_version,
        build_number

    from {{ ref('identity_set_versions') }}

),

events as (

    select
        event_id,
        {%- for identifier in identifiers %}
            {{ identifier }},
        {%- endfor %}
        is_recorded,
        is_linking,
        occurred_at,
        received_at,
        set_number

    from {{ ref('identity_events') }}

    where {{ is_of_changed_set() }}

),

-- Millions of events name a few identifiers over and over. Links need each set once.
grouped as (

    select
        set_number,
        {%- for identifier in identifiers %}
            {{ identifier }},
        {%- endfor %}
        is_recorded,
        is_linking,
        case when not is_linking then event_id end as own_event_id,
        count(*) as event_count,
        min(occurred_at) as first_seen_at,
        max(occurred_at) as last_seen_at,
        min(received_at) as first_received_at,
        max(received_at) as last_received_at

    from events

    group by {{ range(1, 5 + identifiers | length) | join(', ') }}

),

-- The earliest receipt counts, then the event's id.
first_events as (

    select
        grouped.set_number,
        grouped.first_received_at,
        {{ min_text('events.event_id') }} as first_event_id

    from grouped

    inner join events
        on
            grouped.set_number = events.set_number
            and grouped.first_received_at = events.received_at

    group by 1, 2

),

-- The separator is a character that no identifier holds.
sets as (

    select
        {{ dbt.hash('concat_ws(chr(31), ' ~ texts | join(', ') ~ ')') }} as set_key,
        grouped.set_number,
        versions.set_version,
        versions.build_number,
        first_events.first_event_id,
        {%- for identifier in identifiers %}
            grouped.{{ identifier }},
        {%- endfor %}
        grouped.event_count,
        grouped.is_recorded,
        grouped.is_linking,
        grouped.first_seen_at,
        grouped.last_seen_at,
        grouped.first_received_at,
        grouped.last_received_at

    from grouped

    inner join versions
        on grouped.set_number = versions.set_number

    inner join first_events
        on
            grouped.set_number = first_events.set_number
            and grouped.first_received_at = first_events.first_received_at

)

select * from sets
