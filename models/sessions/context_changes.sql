{%- set traits = var('session_traits') -%}

with

calls as (

    select
        event_id,
        user_id,
        coalesce(anonymous_id, context_anonymous_id) as anonymous_id,
        coalesce(group_id, context_group_id) as group_id,
        nullif(
            split_part(
                {{ normal_email('coalesce(email, context_traits_email)') }}, '@', 2
            ), ''
        ) as email_domain,
        {%- for trait in traits %}
            nullif(trim(trait_{{ trait }}), '') as trait_{{ trait }},
        {%- endfor %}
        occurred_at

    from {{ ref('stg_segment__calls') }}

),

mapping as (

    select
        identifier_type,
        identifier_value,
        profile_id

    from {{ ref('external_id_mapping') }}

    where profile_id is not null

),

told as (

    {% for fact in ['group_id', 'email_domain'] + traits -%}
        {%- set column = fact if loop.index <= 2 else 'trait_' ~ fact %}
        select
            event_id,
            user_id,
            anonymous_id,
            '{{ column }}' as fact,
            {{ column }} as fact_value,
            occurred_at

        from calls

        where {{ column }} is not null

        {{ "union all" if not loop.last }}
    {% endfor %}

),

-- Of whom it is told: the user, and the owner of the device when there is no user.
attributed as (

    select
        told.event_id,
        coalesce(users.profile_id, devices.profile_id) as profile_id,
        told.fact,
        told.fact_value,
        told.occurred_at

    from told

    left join mapping as users
        on
            users.identifier_type = 'user_id'
            and told.user_id = users.identifier_value

    left join mapping as devices
        on
            devices.identifier_type = 'anonymous_id'
            and told.anonymous_id = devices.identifier_value

),

compared as (

    select
        event_id,
        profile_id,
        fact,
        fact_value,
        occurred_at,
        lag(fact_value) over (
            partition by profile_id, fact
            order by occurred_at, {{ in_byte_order('event_id') }}
        ) as previous_value

    from attributed

    where profile_id is not null

),

changes as (

    select
        profile_id || ':' || fact || ':' || event_id as change_id,
        profile_id,
        fact,
        fact_value,
        event_id,
        occurred_at as known_from,
        lead(occurred_at) over (
            partition by profile_id, fact
            order by occurred_at, {{ in_byte_order('event_id') }}
        ) as known_until

    from compared

    where previous_value is null or previous_value <> fact_value

)

select * from changes
