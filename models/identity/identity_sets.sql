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
        set_version

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

-- The separator is a character that no identifier holds.
sets as (

    select
        grouped.*,
        {{ dbt.hash('concat_ws(chr(31), ' ~ texts | join(', ') ~ ')') }} as set_key

    from grouped

),

first_events as (

    select
        sets.set_key,
        {{ min_text('events.event_id') }} as first_event_id

    from sets

    inner join events
        on
            sets.set_number = events.set_number
            and sets.first_received_at = events.received_at

    group by 1

),

joined as (

    select
        sets.set_key,
        sets.set_number,
        versions.set_version,
        first_events.first_event_id,
        {%- for identifier in identifiers %}
            sets.{{ identifier }},
        {%- endfor %}
        sets.event_count,
        sets.is_recorded,
        sets.is_linking,
        sets.first_seen_at,
        sets.last_seen_at,
        sets.first_received_at,
        sets.last_received_at

    from sets

    inner join versions
        on sets.set_number = versions.set_number

    inner join first_events
        on sets.set_key = first_events.set_key

)

select * from joined
