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
        mapping.triggering_event_id as event_id

    from mapping

    left join {{ ref('forgetful_devices') }} as forgetful
        on mapping.anonymous_id = forgetful.anonymous_id

),

-- The first that is there decides. A device that is nobody's own comes after its users.
decided as (

    select
        spans.session_id,
        spans.started_at,
        spans.finished_at,
        {%- for column in ['profile_id', 'event_id'] %}
            case
                when devices.is_own then devices.{{ column }}
                {%- for direction in directions[policy] %}
                    when {{ direction }}_ones.session_id is not null
                        then {{ direction }}_ones.{{ column }}
                {%- endfor %}
                else devices.{{ column }}
            end as {{ column }},
        {%- endfor %}
        case
            when devices.is_own then 'graph'
            {%- for direction in directions[policy] %}
                when {{ direction }}_ones.session_id is not null then '{{ direction }}'
            {%- endfor %}
            else 'anonymous'
        end as stitch_rule

    from spans

    left join devices
        on spans.anonymous_id = devices.anonymous_id

    {%- for direction in directions[policy] %}

        left join neighbours as {{ direction }}_ones
            on
                spans.session_id = {{ direction }}_ones.session_id
                and {{ direction }}_ones.direction = '{{ direction }}'
    {%- endfor %}

),

-- Who is identified during a session holds it, from its start or from the change.
parts as (

    select
        decided.session_id,
        coalesce(identifications.change_number, 1) as part_number,
        case
            when identifications.session_id is not null
                then identifications.profile_id
            else decided.profile_id
        end as profile_id,
        case
            when identifications.session_id is not null then 'during'
            else decided.stitch_rule
        end as stitch_rule,
        coalesce(identifications.event_id, decided.event_id) as event_id,
        case
            when identifications.change_number > 1
                then greatest(identifications.occurred_at, decided.started_at)
            else decided.started_at
        end as started_at,
        case
            when followers.session_id is not null
                then greatest(followers.occurred_at, decided.started_at)
        end as next_started_at,
        decided.finished_at

    from decided

    left join identifications
        on decided.session_id = identifications.session_id

    left join identifications as followers
        on
            identifications.session_id = followers.session_id
            and identifications.change_number + 1 = followers.change_number

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

    from parts

)

select * from session_parts
