{{ config(**session_by_session()) }}

with

form_errors as (

    select
        event_id,
        session_id,
        profile_id,
        coalesce(tab_id, '') as tab_id,
        coalesce(page_path, {{ url_without_query('page_url') }}, '') as page,
        coalesce(target_key, selector, target_label, '') as field,
        coalesce(seq, 0) as seq,
        {{ moment_ms() }} as moment_ms,
        ts as occurred_at

    from {{ ref('session_events') }}

    where
        event_type = 'form_error'
        and ts is not null
        and {{ is_of_changed_session() }}

),

thresholds as (

    {{ frustration_thresholds(
        ['form_error_apart_ms', 'form_error_pause_ms', 'form_error_times']
    ) }}

),

field_gaps as (

    select
        *,
        moment_ms - lag(moment_ms) over (
            partition by session_id, tab_id, page, field
            {{ in_page_order() }}
        ) as gap_ms

    from form_errors

),

-- Many fields at once, or one at each key that is typed, are refused once.
judged as (

    select
        field_gaps.*,
        thresholds.form_error_pause_ms,
        thresholds.form_error_times,
        case
            when field_gaps.gap_ms <= thresholds.form_error_pause_ms then 0 else 1
        end as is_first,
        case
            when field_gaps.gap_ms < thresholds.form_error_apart_ms then 0 else 1
        end as is_refusal

    from field_gaps

    cross join thresholds

),

chains as (

    select
        *,
        sum(is_first) over (
            partition by session_id, tab_id, page, field
            {{ in_page_order() }}
            rows between unbounded preceding and current row
        ) as chain_number

    from judged

),

counted as (

    select
        *,
        sum(is_refusal) over (
            partition by session_id, tab_id, page, field, chain_number
        ) as refusals

    from chains

),

-- However many fields it refuses again and again, the form is one loop.
form_gaps as (

    select
        *,
        moment_ms - lag(moment_ms) over (
            partition by session_id, tab_id, page
            {{ in_page_order() }}
        ) as form_gap_ms

    from counted

    where refusals >= form_error_times

),

episodes as (

    select
        *,
        sum(case when form_gap_ms <= form_error_pause_ms then 0 else 1 end) over (
            partition by session_id, tab_id, page
            {{ in_page_order() }}
            rows between unbounded preceding and current row
        ) as episode_number

    from form_gaps

),

form_error_loops as (

    select
        event_id,
        session_id,
        profile_id,
        first_value(event_id) over (
            partition by session_id, tab_id, page, episode_number
            {{ in_page_order() }}
        ) as episode_id,
        occurred_at

    from episodes

)

select * from form_error_loops
