{{ config(**session_by_session()) }}

with

episodes as (

    select
        session_id,
        tab_id,
        lane,
        run_number,
        first_number,
        last_number

    from {{ ref('rage_episodes') }}

    where {{ is_of_changed_session() }}

),

runs as (

    select
        event_id,
        session_id,
        profile_id,
        tab_id,
        lane,
        run_number,
        click_number,
        occurred_at

    from {{ ref('rage_runs') }}

    where {{ is_of_changed_session() }}

),

members as (

    select
        runs.event_id,
        runs.session_id,
        runs.profile_id,
        runs.click_number,
        episodes.first_number,
        count(*) over (
            partition by
                episodes.session_id,
                episodes.tab_id,
                episodes.lane,
                episodes.run_number,
                episodes.first_number
        ) as episode_clicks,
        first_value(runs.event_id) over (
            partition by
                episodes.session_id,
                episodes.tab_id,
                episodes.lane,
                episodes.run_number,
                episodes.first_number
            order by runs.click_number
        ) as episode_id,
        runs.occurred_at

    from episodes

    inner join runs
        on
            episodes.session_id = runs.session_id
            and episodes.tab_id = runs.tab_id
            and episodes.lane = runs.lane
            and episodes.run_number = runs.run_number
            and runs.click_number between episodes.first_number
            and episodes.last_number

),

-- Windows of four in a row may share a click with the next; it is the first one's.
ranked as (

    select
        *,
        row_number() over (
            partition by event_id
            order by first_number
        ) as episode_number

    from members

),

rage_clicks as (

    select
        event_id,
        session_id,
        profile_id,
        episode_id,
        episode_clicks,
        occurred_at

    from ranked

    where episode_number = 1

)

select * from rage_clicks
