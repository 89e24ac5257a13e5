{{ config(**session_by_session()) }}

with

clicks as (

    select
        event_id,
        session_id,
        profile_id,
        tab_id,
        definition,
        first_response_kind,
        first_response_ms,
        moment_ms,
        observed_until_ms,
        occurred_at

    from {{ ref('judged_clicks') }}

    where is_dead_click_target and {{ is_of_changed_session() }}

),

definitions as (

    select
        definition,
        dead_observed_ms

    from {{ ref('signal_definitions') }}

),

responses as (

    select
        definition,
        response,
        before_ms,
        within_ms

    from {{ ref('click_responses') }}

),

-- A click of which it was seen long enough that nothing came of it.
settled_clicks as (

    select clicks.*

    from clicks

    inner join definitions
        on clicks.definition = definitions.definition

    where clicks.observed_until_ms - clicks.moment_ms >= definitions.dead_observed_ms

),

-- What the recorder saw itself, and keeps on the click.
recorded_responses as (

    select settled_clicks.event_id

    from settled_clicks

    inner join responses
        on
            settled_clicks.definition = responses.definition
            and settled_clicks.first_response_kind = responses.response

    where
        settled_clicks.first_response_ms
        between -responses.before_ms and responses.within_ms

),

events as (

    select
        session_id,
        coalesce(tab_id, '') as tab_id,
        case event_type
            when 'page_view' then 'navigation'
            when 'input_change' then 'input'
            else event_type
        end as response,
        {{ moment_ms() }} as moment_ms

    from {{ ref('session_events') }}

    where
        event_type in (
            'page_view',
            'network',
            'scroll',
            'selection',
            'focus',
            'visibility',
            'input_change'
        )
        and {{ is_of_changed_session() }}

),

seen_responses as (

    select settled_clicks.event_id

    from settled_clicks

    inner join events
        on
            settled_clicks.session_id = events.session_id
            and settled_clicks.tab_id = events.tab_id

    inner join responses
        on
            settled_clicks.definition = responses.definition
            and events.response = responses.response

    where
        events.moment_ms - settled_clicks.moment_ms
        between -responses.before_ms and responses.within_ms

),

answered_clicks as (

    select event_id from recorded_responses
    union
    select event_id from seen_responses

),

dead_clicks as (

    select
        settled_clicks.event_id,
        settled_clicks.session_id,
        settled_clicks.profile_id,
        settled_clicks.occurred_at

    from settled_clicks

    left join answered_clicks
        on settled_clicks.event_id = answered_clicks.event_id

    where answered_clicks.event_id is null

)

select * from dead_clicks
