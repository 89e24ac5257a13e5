{#- By name: the built events are made after this, and from it. -#}
{%- set built_events = none -%}
{%- if execute -%}
    {%- set built_events = adapter.get_relation(
        database=this.database,
        schema=this.schema,
        identifier='stg_relyv__session_events'
    ) -%}
{%- endif -%}

with

source_rows as (

    select
        event_id,
        session_id,
        received_at,
        _loaded_at,
        coalesce(ts, received_at, _loaded_at) as happened_at

    from {{ source('relyv', 'session_events') }}

    where event_id is not null

),

suppressed_sessions as (

    select session_id

    from {{ ref('stg_relyv__suppressed_sessions') }}

),

suppressed_events as (

    select event_id

    from {{ ref('stg_relyv__suppressed_events') }}

),

built as (

    select
        event_id,
        session_id,
        received_at,
        _loaded_at,
        coalesce(ts, received_at, _loaded_at) as happened_at

    from {{ built_events or source('relyv', 'session_events') }}

    {{ "where 1 = 0" if not built_events }}

),

edges as (

    select
        {{ dbt.dateadd(
            'day', -var('late_landing_days'), 'max(_loaded_at)'
        ) }} as loaded_since,
        max(happened_at) as happened_until

    from built

),

-- What landed lately; and what landed before and lay in the future until now.
recent as (

    select source_rows.*

    from source_rows

    cross join edges

    where
        source_rows._loaded_at >= edges.loaded_since
        or source_rows.happened_at > edges.happened_until
        or source_rows._loaded_at is null
        or edges.loaded_since is null

),

arriving as (

    select recent.event_id

    from recent

    left join built
        on recent.event_id = built.event_id

    where
        recent.happened_at <= {{ as_of() }}
        and (
            built.event_id is null
            or recent.session_id is distinct from built.session_id
            or recent.received_at is distinct from built.received_at
            or recent._loaded_at is distinct from built._loaded_at
        )
        and coalesce(recent.session_id, '') not in (
            select suppressed_sessions.session_id from suppressed_sessions
        )
        and recent.event_id not in (
            select suppressed_events.event_id from suppressed_events
        )

),

leaving as (

    select event_id

    from built

    where
        happened_at > {{ as_of() }}
        or session_id in (
            select suppressed_sessions.session_id from suppressed_sessions
        )
        or event_id in (select suppressed_events.event_id from suppressed_events)

),

either as (

    select
        event_id,
        0 as leaves
    from arriving

    union all

    select
        event_id,
        1 as leaves
    from leaving

),

changed as (

    select
        event_id,
        max(leaves) = 1 as is_leaving

    from either

    group by 1

)

select * from changed
