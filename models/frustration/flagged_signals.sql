with

events as (

    select
        event_id,
        session_id,
        profile_id,
        event_type,
        lower(trim(vendor_signal)) as vendor_signal,
        lower(trim(custom_name)) as custom_name,
        ts as occurred_at

    from {{ ref('session_events') }}

    where vendor_signal is not null or event_type = 'custom'

),

signal_names as (

    select
        reported_by,
        reported_name,
        signal_name

    from {{ ref('signal_names') }}

),

vendor_flags as (

    select
        events.event_id,
        events.session_id,
        events.profile_id,
        signal_names.signal_name,
        'vendor' as signal_source,
        events.occurred_at

    from events

    inner join signal_names
        on
            events.vendor_signal = signal_names.reported_name
            and signal_names.reported_by = 'vendor'

),

custom_events as (

    select
        events.event_id,
        events.session_id,
        events.profile_id,
        signal_names.signal_name,
        'derived' as signal_source,
        events.occurred_at

    from events

    inner join signal_names
        on
            events.custom_name = signal_names.reported_name
            and signal_names.reported_by = 'custom'

    where events.event_type = 'custom'

),

flagged as (

    select * from vendor_flags
    union all
    select * from custom_events

)

select * from flagged
