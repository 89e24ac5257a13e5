{#- By name: the built events are made after this, and from it. -#}
{%- set built = none -%}
{%- if execute -%}
    {%- set built = adapter.get_relation(
        database=this.database,
        schema=this.schema,
        identifier='stg_relyv__session_events'
    ) -%}
{%- endif -%}
{%- set happened_at = 'coalesce(ts, received_at, _loaded_at)' -%}
{%- set since, until = none, none -%}
{%- if built -%}
    {%- set since, until = run_query(
        'select ' ~ dbt.dateadd('day', -var('late_landing_days'), 'max(_loaded_at)')
        ~ ' as since, max(' ~ happened_at ~ ') as until from ' ~ built
    ).rows[0].values() -%}
{%- endif %}
{%- set latest = told_moment(until) -%}
{%- set recent_when = [landed_since(since)] -%}
{#- A column at a time: a warehouse skips the blocks in which none is so late. -#}
{%- for of_moment in [
    'ts',
    'ts is null and received_at',
    'ts is null and received_at is null and _loaded_at',
] if since -%}
    {%- do recent_when.append(
        'not ' ~ landed_since(since) ~ ' and ' ~ of_moment ~ ' > ' ~ latest
    ) -%}
{%- endfor %}

with

suppressed_sessions as (

    select session_id

    from {{ ref('stg_relyv__suppressed_sessions') }}

),

suppressed_events as (

    select event_id

    from {{ ref('stg_relyv__suppressed_events') }}

),

-- What landed lately; and what landed before and lay in the future until now.
recent as (

    {% for condition in recent_when %}
        select
            event_id,
            session_id,
            received_at,
            _loaded_at,
            {{ happened_at }} as happened_at
        from {{ source('relyv', 'session_events') }}
        where event_id is not null and {{ condition }}
        {{ 'union all' if not loop.last }}
    {% endfor %}

),

recently_built as (

    select
        event_id,
        session_id,
        received_at,
        _loaded_at

    from {{ built or source('relyv', 'session_events') }}

    where {{ landed_since(since) if built else '1 = 0' }}

),

arriving as (

    select
        recent.event_id,
        recent._loaded_at

    from recent

    left join recently_built
        on
            recent.event_id = recently_built.event_id
            and recent.session_id is not distinct from recently_built.session_id
            and recent.received_at is not distinct from recently_built.received_at
            and recent._loaded_at is not distinct from recently_built._loaded_at

    where
        recent.happened_at <= {{ as_of() }}
        and recently_built.event_id is null
        and coalesce(recent.session_id, '') not in (
            select suppressed_sessions.session_id from suppressed_sessions
        )
        and recent.event_id not in (
            select suppressed_events.event_id from suppressed_events
        )

),

-- Each by itself: no event is read where nobody is to be forgotten, nor where the
-- latest of them has happened.
leaving as (

    {% for condition in [
        latest ~ ' > ' ~ as_of() ~ ' and ' ~ happened_at ~ ' > ' ~ as_of()
        if until else '1 = 0',
        'session_id in (select gone.session_id from suppressed_sessions as gone)',
        'event_id in (select gone.event_id from suppressed_events as gone)',
    ] %}
        select event_id
        from {{ built or source('relyv', 'session_events') }}
        where {{ condition if built else '1 = 0' }}
        {{ 'union all' if not loop.last }}
    {% endfor %}

),

either as (

    select event_id from arriving
    union
    select event_id from leaving

),

-- What is built is the best copy of an event: others count if that must leave.
copies as (

    select
        event_id,
        _loaded_at
    from arriving

    union all

    select
        event_id,
        _loaded_at
    from {{ built or source('relyv', 'session_events') }}
    where
        {{ '1 = 1' if built else '1 = 0' }}
        and event_id in (select either.event_id from either)

    union all

    select
        event_id,
        _loaded_at
    from {{ source('relyv', 'session_events') }}
    where event_id in (select leaving.event_id from leaving)

),

changed as (

    select
        event_id,
        min(_loaded_at) as oldest_loaded_at

    from copies

    group by 1

)

select * from changed
