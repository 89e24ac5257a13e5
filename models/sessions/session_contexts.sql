{%- set facts = ['group_id', 'email_domain'] -%}
{%- for trait in var('session_traits') -%}
    {%- do facts.append('trait_' ~ trait) -%}
{%- endfor -%}

with

parts as (

    select
        session_id,
        profile_id,
        ended_at as finished_at

    from {{ ref('session_parts') }}

    where is_last

),

changes as (

    select
        profile_id,
        fact,
        fact_value,
        known_from,
        known_until

    from {{ ref('context_changes') }}

),

segment_events as (

    select
        session_id,
        event_name,
        count(*) as event_count,
        min(occurred_at) as first_at

    from {{ ref('session_segment_events') }}

    group by 1, 2

),

-- What was known when the session ended: what was said during it counts.
known as (

    select
        parts.session_id,
    {%- for fact in facts %}
        max(case when changes.fact = '{{ fact }}' then changes.fact_value end)
            as {{ fact }}
        {{- "," if not loop.last }}
    {%- endfor %}

    from parts

    inner join changes
        on
            parts.profile_id = changes.profile_id
            and parts.finished_at >= changes.known_from
            and (
                changes.known_until is null
                or parts.finished_at < changes.known_until
            )

    group by 1

),

happened as (

    select
        session_id,
        {{ dbt.listagg(
            measure='event_name',
            delimiter_text="','",
            order_by_clause='order by first_at, ' ~ in_byte_order('event_name'),
        ) }} as segment_events,
        sum(event_count) as segment_event_count

    from segment_events

    group by 1

),

session_contexts as (

    select
        parts.session_id,
        {%- for fact in facts %}
            known.{{ fact }},
        {%- endfor %}
        happened.segment_events,
        cast(coalesce(happened.segment_event_count, 0) as integer)
            as segment_event_count

    from parts

    left join known
        on parts.session_id = known.session_id

    left join happened
        on parts.session_id = happened.session_id

)

select * from session_contexts
