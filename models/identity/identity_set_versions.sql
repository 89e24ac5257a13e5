{%- set settings -%}
    cast('{{ identity_fingerprint() }}' as {{ dbt.type_string() }})
{%- endset -%}

with

events as (

    select
        set_number,
        event_version

    from {{ ref('identity_events') }}

),

-- Looks at every event, and at nothing twice: two numbers for each.
versions as (

    select
        set_number,
        {{ fast_hash(['sum(event_version)', settings]) }} as set_version

    from events

    group by 1

)

select * from versions
