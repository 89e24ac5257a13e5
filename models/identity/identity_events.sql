{{ config(materialized='view') }}
{%- if var('identity_source') not in ['graph', 'profiles_sync'] -%}
    {{ exceptions.raise_compiler_error(
        "The var identity_source is '" ~ var('identity_source') ~ "'. It takes graph or "
        ~ 'profiles_sync.'
    ) }}
{%- endif %}

with

unlinked_events as (

    select event_id

    from {{ ref('identity_overrides') }}

    where rule = 'must_not_link'

),

segment_calls as (

    select
        event_id,
        user_id,
        anonymous_id,
        context_anonymous_id,
        email,
        context_traits_email,
        external_ids,
        {%- for trait in var('identifier_traits') %}
            id_{{ trait }},
            context_id_{{ trait }},
        {%- endfor %}
        occurred_at,
        received_at,
        identifiers_number,
        event_version

    from {{ ref('stg_segment__calls') }}

),

relyv_sessions as (

    select
        session_id,
        user_id,
        anonymous_id,
        identified_at,
        started_at,
        first_loaded_at

    from {{ ref('stg_relyv__sessions') }}

),

-- Read by a name of its own: a CTE that is read twice makes DuckDB read every column of
-- all that follows, of the calls too.
devices as (

    select
        session_id,
        anonymous_id

    from {{ ref('stg_relyv__sessions') }}

),

relyv_identifies as (

    select
        event_id,
        session_id,
        properties,
        ts,
        received_at,
        _loaded_at

    from {{ ref('stg_relyv__session_events') }}

    where event_type = 'identify'

),

session_observations as (

    select
        session_id as event_id,
        session_id,
        user_id,
        anonymous_id,
        cast(null as {{ dbt.type_string() }}) as context_anonymous_id,
        cast(null as {{ dbt.type_string() }}) as email,
        cast(null as {{ dbt.type_string() }}) as context_traits_email,
        cast(null as {{ dbt.type_string() }}) as external_ids,
        {%- for trait in var('identifier_traits') %}
            cast(null as {{ dbt.type_string() }}) as id_{{ trait }},
            cast(null as {{ dbt.type_string() }}) as context_id_{{ trait }},
        {%- endfor %}
        coalesce(identified_at, started_at, first_loaded_at) as occurred_at,
        first_loaded_at as received_at

    from relyv_sessions

),

-- An identify inside a session names its user; the device is the session's.
identify_observations as (

    select
        relyv_identifies.event_id,
        relyv_identifies.session_id,
        nullif(
            trim({{ json_text('relyv_identifies.properties', 'user_id') }}), ''
        ) as user_id,
        devices.anonymous_id,
        cast(null as {{ dbt.type_string() }}) as context_anonymous_id,
        {{ json_text('relyv_identifies.properties', 'email') }} as email,
        cast(null as {{ dbt.type_string() }}) as context_traits_email,
        cast(null as {{ dbt.type_string() }}) as external_ids,
        {%- for trait in var('identifier_traits') %}
            {{ json_text('relyv_identifies.properties', trait) }} as id_{{ trait }},
            cast(null as {{ dbt.type_string() }}) as context_id_{{ trait }},
        {%- endfor %}
        coalesce(
            relyv_identifies.ts,
            relyv_identifies.received_at,
            relyv_identifies._loaded_at
        ) as occurred_at,
        coalesce(
            relyv_identifies.received_at, relyv_identifies._loaded_at
        ) as received_at

    from relyv_identifies

    inner join devices
        on relyv_identifies.session_id = devices.session_id

),

recorded_observations as (

    select * from session_observations

    union all

    select * from identify_observations

),

-- Calls have both numbers already: what is looked at in every build is not read.
observed as (

    select
        event_id,
        cast(null as {{ dbt.type_string() }}) as session_id,
        user_id,
        anonymous_id,
        context_anonymous_id,
        email,
        context_traits_email,
        external_ids,
        {%- for trait in var('identifier_traits') %}
            id_{{ trait }},
            context_id_{{ trait }},
        {%- endfor %}
        occurred_at,
        received_at,
        identifiers_number,
        event_version
    from segment_calls

    union all

    select
        recorded_observations.*,
        {{ identifiers_number() }} as identifiers_number,
        {{ fast_hash(['event_id', 'session_id', 'occurred_at', 'received_at']) }}
            as event_version
    from recorded_observations

),

judged as (

    select
        event_id,
        session_id,
        user_id,
        anonymous_id,
        context_anonymous_id,
        nullif({{ normal_email('email') }}, '') as email,
        nullif({{ normal_email('context_traits_email') }}, '') as context_email,
        external_ids,
        {%- for trait in var('identifier_traits') %}
            id_{{ trait }},
            context_id_{{ trait }},
        {%- endfor %}
        session_id is not null as is_recorded,
        event_id not in (select unlinked_events.event_id from unlinked_events)
            as is_linking,
        occurred_at,
        received_at,
        identifiers_number,
        event_version

    from observed

),

-- An event that must not link is a set of its own.
numbered as (

    select
        judged.*,
        {{ fast_hash([
            'identifiers_number', 'is_recorded',
            'case when not is_linking then event_id end'
        ]) }} as set_number

    from judged

)

select * from numbered
