{{ config(
    materialized='appended',
    incremental_strategy='append',
    pre_hook='{{ forget_changed_contents() }}'
) }}

with

events as (

    select
        event_id,
        session_id,
        event_type,
        console_level,
        page_url,
        coalesce(page_path, page_url) as page_path,
        seq,
        http_status,
        ts,
        _built_at

    from {{ ref('stg_relyv__session_events') }}

    where
        session_id is not null
    {% if is_increment() %}
            and session_id in (
                select counts.session_id
                from {{ ref('session_event_counts') }} as counts
                left join {{ this }} as built
                    on counts.session_id = built.session_id
                where built.session_id is null
            )
        {% endif %}

),

-- Status 0 is the browser's word for a request that never got an answer.
counted as (

    select
        session_id,
        count(*) as event_count,
        sum(case when event_type = 'page_view' then 1 else 0 end) as page_view_count,
        count(
            distinct case when event_type = 'page_view' then page_path end
        ) as page_count,
        sum(case when event_type = 'click' then 1 else 0 end) as click_count,
        sum(
            case
                when
                    event_type in (
                        'click', 'touch', 'input_change', 'form_submit', 'scroll'
                    )
                    then 1
                else 0
            end
        ) as interaction_count,
        sum(case when event_type = 'js_error' then 1 else 0 end) as js_error_count,
        sum(
            case
                when event_type = 'console' and console_level = 'error' then 1
                else 0
            end
        ) as console_error_count,
        sum(
            case
                when
                    event_type = 'network'
                    and (http_status = 0 or http_status >= 400)
                    then 1
                else 0
            end
        ) as failed_request_count,
        sum(case when event_type = 'bug_report' then 1 else 0 end)
            as bug_report_count,
        min(ts) as first_event_at,
        max(ts) as last_event_at,
        max(_built_at) as _built_at

    from events

    group by 1

),

pages as (

    select
        session_id,
        page_url,
        row_number() over (
            partition by session_id
            order by
                ts asc nulls last,
                seq asc nulls last,
                {{ in_byte_order('event_id') }} asc
        ) as page_number,
        row_number() over (
            partition by session_id
            order by
                ts desc nulls last,
                seq desc nulls last,
                {{ in_byte_order('event_id') }} desc
        ) as pages_after

    from events

    where event_type = 'page_view' and page_url is not null

),

edges as (

    select
        session_id,
        max(case when page_number = 1 then page_url end) as first_page_url,
        max(case when pages_after = 1 then page_url end) as last_page_url

    from pages

    where page_number = 1 or pages_after = 1

    group by 1

),

contents as (

    select
        counted.session_id,
        edges.first_page_url,
        edges.last_page_url,
        cast(counted.event_count as integer) as event_count,
        cast(counted.page_view_count as integer) as page_view_count,
        cast(counted.page_count as integer) as page_count,
        cast(counted.click_count as integer) as click_count,
        cast(counted.interaction_count as integer) as interaction_count,
        cast(counted.js_error_count as integer) as js_error_count,
        cast(counted.console_error_count as integer) as console_error_count,
        cast(counted.failed_request_count as integer) as failed_request_count,
        cast(counted.bug_report_count as integer) as bug_report_count,
        counted.first_event_at,
        counted.last_event_at,
        counted._built_at

    from counted

    left join edges
        on counted.session_id = edges.session_id

)

select * from contents
