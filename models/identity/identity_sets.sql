{%- set identifier_texts = [] -%}
{%- for column in [
    'events.user_id',
    'events.anonymous_id',
    'events.context_anonymous_id',
    'events.email',
    'events.context_email',
    'events.external_ids',
    'unlinked_events.event_id',
] -%}
    {%- do identifier_texts.append("coalesce(" ~ column ~ ", '')") -%}
{%- endfor -%}
{%- for trait in var('identifier_traits') -%}
    {%- for column in ['id_' ~ trait, 'context_id_' ~ trait] -%}
        {%- do identifier_texts.append("coalesce(events." ~ column ~ ", '')") -%}
    {%- endfor -%}
{%- endfor -%}

with

events as (

    select
        event_id,
        user_id,
        anonymous_id,
        context_anonymous_id,
        nullif(lower(trim(email)), '') as email,
        nullif(lower(trim(context_traits_email)), '') as context_email,
        external_ids,
        {%- for trait in var('identifier_traits') %}
            id_{{ trait }},
            context_id_{{ trait }},
        {%- endfor %}
        occurred_at,
        received_at

    from {{ ref('identity_events') }}

),

unlinked_events as (

    select event_id

    from {{ ref('identity_overrides') }}

    where rule = 'must_not_link'

),

-- Millions of events name a few identifiers over and over. Links need each set once.
-- The separator is a character that no identifier holds.
keyed as (

    select
        events.*,
        unlinked_events.event_id is null as is_linking,
        {{ dbt.hash('concat_ws(chr(31), ' ~ identifier_texts | join(', ') ~ ')') }}
            as set_key

    from events

    left join unlinked_events
        on events.event_id = unlinked_events.event_id

),

sets as (

    select
        set_key,
        user_id,
        anonymous_id,
        context_anonymous_id,
        email,
        context_email,
        external_ids,
        {%- for trait in var('identifier_traits') %}
            id_{{ trait }},
            context_id_{{ trait }},
        {%- endfor %}
        is_linking,
        min(occurred_at) as first_seen_at,
        max(occurred_at) as last_seen_at,
        min(received_at) as first_received_at,
        max(received_at) as last_received_at

    from keyed

    group by {{ range(1, 9 + 2 * (var('identifier_traits') | length)) | join(', ') }}

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
        {{ dbt.hash("concat_ws('/', " ~ [
            "sets.set_key",
            "'" ~ identity_fingerprint() ~ "'",
            "first_events.first_event_id",
            "cast(sets.first_seen_at as " ~ dbt.type_string() ~ ")",
            "cast(sets.last_seen_at as " ~ dbt.type_string() ~ ")",
            "cast(sets.first_received_at as " ~ dbt.type_string() ~ ")",
            "cast(sets.last_received_at as " ~ dbt.type_string() ~ ")",
        ] | join(', ') ~ ')') }} as set_version,
        first_events.first_event_id,
        sets.user_id,
        sets.anonymous_id,
        sets.context_anonymous_id,
        sets.email,
        sets.context_email,
        sets.external_ids,
        {%- for trait in var('identifier_traits') %}
            sets.id_{{ trait }},
            sets.context_id_{{ trait }},
        {%- endfor %}
        sets.is_linking,
        sets.first_seen_at,
        sets.last_seen_at,
        sets.first_received_at,
        sets.last_received_at

    from sets

    inner join first_events
        on sets.set_key = first_events.set_key

)

select * from joined
