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

spans as (

    select
        session_id,
        anonymous_id,
        started_at,
        finished_at

    from {{ ref('session_spans') }}

),

identifications as (

    select
        session_id,
        event_id,
        profile_id,
        change_number,
        occurred_at

    from {{ ref('session_identifications') }}

),

neighbours as (

    select
        session_id,
        event_id,
        profile_id,
        direction

    from {{ ref('session_neighbours') }}

),

mapping as (

    select
        identifier_value as anonymous_id,
        profile_id,
        status,
        triggering_event_id

    from {{ ref('external_id_mapping') }}

    where identifier_type = 'anonymous_id'

),

-- A device that forgets its only user is theirs, and others' too.
devices as (

    select
        mapping.anonymous_id,
        case when forgetful.anonymous_id is null then mapping.profile_id end
            as profile_id,
        mapping.status = 'owned' and forgetful.anonymous_id is null as is_own,
        mapping.triggering_event_id

    from mapping

    left join {{ ref('forgetful_devices') }} as forgetful
        on mapping.anonymous_id = forgetful.anonymous_id

),

-- The lowest rank decides. A device that is nobody's own comes after its users.
candidates as (

    select
        spans.session_id,
        case when devices.is_own then 'graph' else 'anonymous' end as stitch_rule,
        case when devices.is_own then 1 else 9 end as rule_rank,
        devices.profile_id,
        devices.triggering_event_id as event_id
    from spans
    inner join devices
        on spans.anonymous_id = devices.anonymous_id
    {% for direction in directions[policy] %}
        union all

        select
            neighbours.session_id,
            neighbours.direction as stitch_rule,
            {{ loop.index + 1 }} as rule_rank,
            neighbours.profile_id,
            neighbours.event_id
        from neighbours
        where neighbours.direction = '{{ direction }}'
    {% endfor %}

),

ranked as (

    select
        session_id,
        stitch_rule,
        profile_id,
        event_id,
        row_number() over (
            partition by session_id
            order by rule_rank
        ) as decision_rank

    from candidates

),

-- Who is identified during a session holds it, from its start or from the change.
parts as (

    select
        spans.session_id,
        coalesce(identifications.change_number, 1) as part_number,
        case
            when identifications.session_id is not null
                then identifications.profile_id
            else ranked.profile_id
        end as profile_id,
        case
            when identifications.session_id is not null then 'during'
            else coalesce(ranked.stitch_rule, 'anonymous')
        end as stitch_rule,
        coalesce(identifications.event_id, ranked.event_id) as event_id,
        case
            when identifications.change_number > 1
                then greatest(identifications.occurred_at, spans.started_at)
            else spans.started_at
        end as started_at,
        spans.finished_at

    from spans

    left join identifications
        on spans.session_id = identifications.session_id

    left join ranked
        on
            spans.session_id = ranked.session_id
            and ranked.decision_rank = 1

),

followed as (

    select
        *,
        lead(started_at) over (
            partition by session_id
            order by part_number
        ) as next_started_at

    from parts

),

session_parts as (

    select
        session_id || ':' || part_number as part_id,
        session_id,
        profile_id,
        stitch_rule,
        case when stitch_rule <> 'anonymous' then event_id end as stitch_event_id,
        part_number,
        next_started_at is null as is_last,
        started_at,
        coalesce(next_started_at, finished_at) as ended_at

    from followed

)

select * from session_parts
