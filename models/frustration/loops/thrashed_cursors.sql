{{ config(**session_by_session()) }}

with

moves as (

    select
        event_id,
        session_id,
        profile_id,
        coalesce(tab_id, '') as tab_id,
        {{ json_text('properties', 'direction_changes') }} as told_turns,
        duration_ms,
        x,
        y,
        coalesce(seq, 0) as seq,
        {{ moment_ms() }} as moment_ms,
        ts as occurred_at

    from {{ ref('session_events') }}

    where
        event_type = 'mouse_path'
        and ts is not null
        and {{ is_of_changed_session() }}

),

thresholds as (

    {{ frustration_thresholds(['thrash_ms', 'thrash_px', 'thrash_turns']) }}

),

{% set in_tab = "over (partition by session_id, tab_id " ~ in_page_order() ~ ")" %}

steps as (

    select
        *,
        x - lag(x) {{ in_tab }} as step_x,
        y - lag(y) {{ in_tab }} as step_y

    from moves

),

directions as (

    select
        *,
        lag(step_x) {{ in_tab }} as last_step_x,
        lag(step_y) {{ in_tab }} as last_step_y

    from steps

),

-- A hand trembles by a few pixels; a turn goes a way and comes back.
turns as (

    select
        directions.*,
        row_number() {{ in_tab }} as turn_number

    from directions

    cross join thresholds

    where
        (
            directions.step_x * directions.last_step_x < 0
            and abs(directions.step_x) >= thresholds.thrash_px
            and abs(directions.last_step_x) >= thresholds.thrash_px
        )
        or (
            directions.step_y * directions.last_step_y < 0
            and abs(directions.step_y) >= thresholds.thrash_px
            and abs(directions.last_step_y) >= thresholds.thrash_px
        )

),

seen as (

    select turns.*

    from turns

    cross join thresholds

    inner join turns as first_turns
        on
            turns.session_id = first_turns.session_id
            and turns.tab_id = first_turns.tab_id
            and turns.turn_number - thresholds.thrash_turns + 1
            = first_turns.turn_number

    where turns.moment_ms - first_turns.moment_ms <= thresholds.thrash_ms

),

-- Some recorders count the turns of a path themselves.
counts as (

    select
        *,
        cast(
            case
                when
                    length(told_turns) between 1 and 9
                    and translate(told_turns, '0123456789', '') = ''
                    then told_turns
            end as bigint
        ) as turn_count

    from moves

),

told as (

    select counts.*

    from counts

    cross join thresholds

    where
        counts.turn_count >= thresholds.thrash_turns
        and counts.turn_count * thresholds.thrash_ms
        >= counts.duration_ms * thresholds.thrash_turns

),

thrashes as (

    {% for model in ['seen', 'told'] %}
        select
            event_id,
            session_id,
            profile_id,
            tab_id,
            seq,
            moment_ms,
            occurred_at

        from {{ model }}

        {{ "union" if not loop.last }}
    {% endfor %}

),

gaps as (

    select
        *,
        moment_ms - lag(moment_ms) {{ in_tab }} as gap_ms

    from thrashes

),

episodes as (

    select
        gaps.*,
        sum(case when gaps.gap_ms <= thresholds.thrash_ms then 0 else 1 end) over (
            partition by gaps.session_id, gaps.tab_id
            {{ in_page_order() }}
            rows between unbounded preceding and current row
        ) as episode_number

    from gaps

    cross join thresholds

),

thrashed_cursors as (

    select
        event_id,
        session_id,
        profile_id,
        first_value(event_id) over (
            partition by session_id, tab_id, episode_number
            {{ in_page_order() }}
        ) as episode_id,
        occurred_at

    from episodes

)

select * from thrashed_cursors
