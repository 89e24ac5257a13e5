{{ config(**session_by_session()) }}

with

page_views as (

    select
        event_id,
        session_id,
        profile_id,
        coalesce(tab_id, '') as tab_id,
        coalesce(page_path, {{ url_without_query('page_url') }}) as page,
        coalesce(seq, 0) as seq,
        {{ moment_ms() }} as moment_ms,
        ts as occurred_at

    from {{ ref('session_events') }}

    where
        event_type = 'page_view'
        and ts is not null
        and coalesce(page_path, page_url) is not null
        and {{ is_of_changed_session() }}

),

thresholds as (

    {{ frustration_thresholds(['redirect_ms']) }}

),

{% set in_tab -%}
over (
            partition by session_id, tab_id
            {{ in_page_order() }}
        )
{%- endset %}

timed as (

    select
        *,
        lead(moment_ms) {{ in_tab }} - moment_ms as shown_ms

    from page_views

),

-- Nobody chose a page that gave way at once: it sent the visitor on.
chosen as (

    select
        timed.*,
        lag(timed.page) {{ in_tab }} as previous_page

    from timed

    cross join thresholds

    where coalesce(timed.shown_ms >= thresholds.redirect_ms, true)

),

-- To load a page again is not to go anywhere.
entries as (

    select *

    from chosen

    where coalesce(page <> previous_page, true)

),

page_visits as (

    select
        event_id,
        session_id,
        profile_id,
        tab_id,
        page,
        previous_page,
        lag(page, 2) {{ in_tab }} as page_before_previous,
        lead(page) {{ in_tab }} as next_page,
        lead(moment_ms) {{ in_tab }} - moment_ms as visit_ms,
        moment_ms - lag(moment_ms) over (
            partition by session_id, tab_id, page
            {{ in_page_order() }}
        ) as away_ms,
        row_number() {{ in_tab }} as visit_number,
        occurred_at

    from entries

)

select * from page_visits
