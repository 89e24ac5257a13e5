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
        {{ earliest_text('event_id', 'received_at') }} as first_event_id,
        count(*) as event_count,
        min(occurred_at) as first_seen_at,
        max(occurred_at) as last_seen_at,
        min(received_at) as first_received_at,
        max(received_at) as last_received_at

    from events

    group by {{ range(1, 5 + identifiers | length) | join(', ') }}

),

-- A number that two sets share by chance is the first one's, by its text; the other
-- has the number after it.
shared_numbers as (

    select set_number

    from grouped

    group by 1

    having count(*) > 1

),

keyed as (

    select
        grouped.*,
        grouped.set_number as set_key

    from grouped

    left join shared_numbers
        on grouped.set_number = shared_numbers.set_number

    where shared_numbers.set_number is null

    union all

    select
        grouped.*,
        grouped.set_number - 1 + row_number() over (
            partition by grouped.set_number
            order by {{ dbt.hash('concat_ws(chr(31), ' ~ texts | join(', ') ~ ')') }}
        ) as set_key

    from grouped

    inner join shared_numbers
        on grouped.set_number = shared_numbers.set_number

),

sets as (

    select
        keyed.set_key,
        keyed.set_number,
        versions.set_version,
        versions.build_number,
        keyed.first_event_id,
        {%- for identifier in identifiers %}
            keyed.{{ identifier }},
        {%- endfor %}
        keyed.event_count,
        keyed.is_recorded,
        keyed.is_linking,
        keyed.first_seen_at,
        keyed.last_seen_at,
        keyed.first_received_at,
        keyed.last_received_at

    from keyed

    inner join versions
        on keyed.set_number = versions.set_number

)

select * from sets
