{%- set policy = var('shared_device_policy') -%}
{%- set directions = {
    'next_then_previous': ['next', 'previous'],
    'previous_then_next': ['previous', 'next'],
    'anonymous': [],
} -%}
{%- if policy not in directions -%}
    {{ exceptions.raise_compiler_error(
        "The var shared_device_policy is '" ~ policy ~ "'. It takes "
        ~ directions | join(', ') ~ '.'
    ) }}
{%- endif -%}

with

sessions as (

    select
        session_id,
        anonymous_id

    from {{ ref('stg_relyv__sessions') }}

),

identifications as (

    select
        session_id,
        event_id,
        user_id

    from {{ ref('session_identifications') }}

),

neighbours as (

    select
        session_id,
        event_id,
        user_id,
        direction

    from {{ ref('session_neighbours') }}

),

mapping as (

    select
        identifier_type,
        identifier_value,
        profile_id,
        status,
        triggering_event_id

    from {{ ref('external_id_mapping') }}

),

-- The lowest rank decides. A device that is nobody's own comes after its users.
candidates as (

    select
        session_id,
        'during' as stitch_rule,
        1 as rule_rank,
        'user_id' as identifier_type,
        user_id as identifier_value,
        event_id
    from identifications

    union all

    select
        sessions.session_id,
        case when mapping.status = 'owned' then 'graph' else 'anonymous' end
            as stitch_rule,
        case when mapping.status = 'owned' then 2 else 9 end as rule_rank,
        mapping.identifier_type,
        mapping.identifier_value,
        mapping.triggering_event_id
    from sessions
    inner join mapping
        on
            mapping.identifier_type = 'anonymous_id'
            and sessions.anonymous_id = mapping.identifier_value
    {% for direction in directions[policy] %}
        union all

        select
            session_id,
            direction as stitch_rule,
            {{ loop.index + 2 }} as rule_rank,
            'user_id' as identifier_type,
            user_id as identifier_value,
            event_id
        from neighbours
        where direction = '{{ direction }}'
    {% endfor %}

),

ranked as (

    select
        candidates.session_id,
        candidates.stitch_rule,
        candidates.event_id,
        mapping.profile_id,
        row_number() over (
            partition by candidates.session_id
            order by candidates.rule_rank
        ) as decision_rank

    from candidates

    inner join mapping
        on
            candidates.identifier_type = mapping.identifier_type
            and candidates.identifier_value = mapping.identifier_value

),

stitched as (

    select
        sessions.session_id,
        ranked.profile_id,
        coalesce(ranked.stitch_rule, 'anonymous') as stitch_rule,
        case
            when ranked.stitch_rule <> 'anonymous' then ranked.event_id
        end as stitch_event_id

    from sessions

    left join ranked
        on
            sessions.session_id = ranked.session_id
            and ranked.decision_rank = 1

)

select * from stitched
