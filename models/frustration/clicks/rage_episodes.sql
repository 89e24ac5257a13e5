{{ config(**session_by_session()) }}

with

definitions as (

    select
        definition,
        rage_clicks,
        rage_episode_rule

    from {{ ref('signal_definitions') }}

),

fits as (

    select
        session_id,
        tab_id,
        lane,
        run_number,
        definition,
        end_number

    from {{ ref('rage_fits') }}

    where {{ is_of_changed_session() }}

),

-- Fits that end at one click after the other have their difference in common.
islands as (

    select
        fits.*,
        definitions.rage_clicks,
        definitions.rage_episode_rule,
        fits.end_number - row_number() over (
            partition by fits.session_id, fits.tab_id, fits.lane, fits.run_number
            order by fits.end_number
        ) as island

    from fits

    inner join definitions
        on fits.definition = definitions.definition

),

placed as (

    select
        *,
        end_number - min(end_number) over (
            partition by session_id, tab_id, lane, run_number, island
        ) as island_position

    from islands

),

rage_episodes as (

    select
        session_id,
        tab_id,
        lane,
        run_number,
        min(end_number) - min(rage_clicks) + 1 as first_number,
        case
            when min(rage_episode_rule) = 'resets' then min(end_number)
            else max(end_number)
        end as last_number

    from placed

    group by
        session_id,
        tab_id,
        lane,
        run_number,
        case when rage_episode_rule = 'once_per_run' then 0 else island end,
        case
            when rage_episode_rule = 'resets'
                then floor(island_position / (1.0 * rage_clicks))
            else 0
        end

)

select * from rage_episodes
