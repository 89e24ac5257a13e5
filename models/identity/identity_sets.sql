{{ config(**set_by_set()) }}
{%- set identifiers = set_identifiers() -%}
{%- set texts = [
    "case when is_recorded then 'relyv' else 'segment' end",
    "case when is_linking then '' else event_id end",
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
-- The separator is a character that no identifier holds.
keyed as (

    select
        events.*,
        {{ dbt.hash('concat_ws(chr(31), ' ~ texts | join(', ') ~ ')') }} as set_key

    from events

),

sets as (

    select
        set_key,
        set_number,
        {%- for identifier in identifiers %}
            {{ identifier }},
        {%- endfor %}
        is_recorded,
        is_linking,
        count(*) as event_count,
        min(occurred_at) as first_seen_at,
        max(occurred_at) as last_seen_at,
        min(received_at) as first_received_at,
        max(received_at) as last_received_at

    from keyed

    group by {{ range(1, 5 + identifiers | length) | join(', ') }}

),

first_events as (

    select
        sets.set_key,
        {{ min_text('keyed.event_id') }} as first_event_id

    from sets

    inner join keyed
        on
            sets.set_key = keyed.set_key
            and sets.first_received_at = keyed.received_at

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
