{{ config(**session_by_session()) }}

with

signal_names as (

    select
        reported_by,
        reported_name,
        signal_name

    from {{ ref('signal_names') }}

),

derived_signals as (

    select
        event_id,
        session_id,
        profile_id,
        signal_name,
        occurred_at

    from {{ ref('derived_signals') }}

    where {{ is_of_changed_session() }}

),

thresholds as (

    {{ frustration_thresholds(['flag_within_ms']) }}

),

-- What a vendor says of an event, and events of one's own. Each is looked for alone:
-- hardly any event is either, and blocks without one are skipped.
{% for reporter, name, condition in [
    ('vendor', 'vendor_signal', 'vendor_signal is not null'),
    ('custom', 'custom_name', "event_type = 'custom'"),
] %}
    {{ reporter }}_events as (

        select
            event_id,
            session_id,
            profile_id,
            event_type,
            lower(trim({{ name }})) as reported_name,
            ts as occurred_at

        from {{ ref('session_events') }}

        where ts is not null and {{ condition }} and {{ is_of_changed_session() }}

    ),
{% endfor %}

-- A flag on a click is about that click. One that is an event of its own comes after
-- what it is about: tools wait to see whether anything answers.
flags as (

    {% for reporter, source in [('vendor', 'vendor'), ('custom', 'derived')] %}
        select
            events.event_id,
            events.session_id,
            events.profile_id,
            signal_names.signal_name,
            '{{ source }}' as signal_source,
            events.event_type in ('custom', 'vendor_signal') as is_afterwards,
            events.occurred_at

        from {{ reporter }}_events as events

        inner join signal_names
            on
                events.reported_name = signal_names.reported_name
                and signal_names.reported_by = '{{ reporter }}'

        {{ 'union all' if not loop.last }}
    {% endfor %}

),

later_flags as (

    select
        event_id,
        session_id,
        signal_name,
        occurred_at

    from flags

    where is_afterwards

),

-- An event that a vendor and a custom name report as one signal is one moment. Nothing
-- is put in order where no flag asks what came before it.
moments as (

    select
        event_id,
        session_id,
        signal_name,
        0 as is_flag,
        occurred_at

    from derived_signals

    where session_id in (select later_flags.session_id from later_flags)

    union all

    select distinct
        event_id,
        session_id,
        signal_name,
        1 as is_flag,
        occurred_at

    from later_flags

),

numbered as (

    select
        *,
        sum(1 - is_flag) over (
            partition by session_id, signal_name
            order by occurred_at, is_flag, {{ in_byte_order('event_id') }}
            rows between unbounded preceding and current row
        ) as signal_number

    from moments

),

-- The newest signal before a flag.
latest as (

    select
        flags.event_id as flag_event_id,
        flags.signal_name,
        signals.event_id

    from numbered as flags

    cross join thresholds

    inner join numbered as signals
        on
            flags.session_id = signals.session_id
            and flags.signal_name = signals.signal_name
            and flags.signal_number = signals.signal_number
            and signals.is_flag = 0

    where
        flags.is_flag = 1
        and {{ dbt.datediff(
            'signals.occurred_at', 'flags.occurred_at', 'millisecond'
        ) }} <= thresholds.flag_within_ms

),

flagged_signals as (

    select
        coalesce(derived_signals.event_id, flags.event_id) as event_id,
        flags.session_id,
        coalesce(derived_signals.profile_id, flags.profile_id) as profile_id,
        flags.signal_name,
        flags.signal_source,
        flags.event_id as flag_event_id,
        coalesce(derived_signals.occurred_at, flags.occurred_at) as occurred_at

    from flags

    left join latest
        on
            flags.event_id = latest.flag_event_id
            and flags.signal_name = latest.signal_name

    left join derived_signals
        on
            latest.event_id = derived_signals.event_id
            and latest.signal_name = derived_signals.signal_name

)

select * from flagged_signals
