{{ config(**session_by_session()) }}

with

visits as (

    select
        event_id,
        session_id,
        profile_id,
        page,
        previous_page,
        page_before_previous,
        next_page,
        visit_ms,
        occurred_at

    from {{ ref('page_visits') }}

    where {{ is_of_changed_session() }}

),

thresholds as (

    {{ frustration_thresholds(['quick_back_ms']) }}

),

-- Who goes to and fro between two pages went back once: page_loop has the rest.
quick_backs as (

    select
        visits.event_id,
        visits.session_id,
        visits.profile_id,
        visits.occurred_at

    from visits

    cross join thresholds

    where
        visits.previous_page = visits.next_page
        and visits.visit_ms <= thresholds.quick_back_ms
        and coalesce(visits.page_before_previous <> visits.page, true)

)

select * from quick_backs
