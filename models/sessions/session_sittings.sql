{%- set pause = var('sitting_pause_minutes') -%}

with

spans as (

    select
        session_id,
        anonymous_id,
        started_at,
        finished_at

    from {{ ref('session_spans') }}

),

shared_devices as (

    select identifier_value as anonymous_id

    from {{ ref('external_id_mapping') }}

    where
        identifier_type = 'anonymous_id'
        and status = 'shared'

    union all

    select anonymous_id

    from {{ ref('forgetful_devices') }}

),

visits as (

    select
        spans.*,
        max(spans.finished_at) over (
            partition by spans.anonymous_id
            order by spans.started_at, {{ in_byte_order('spans.session_id') }}
            rows between unbounded preceding and 1 preceding
        ) as free_since

    from spans

    inner join shared_devices
        on spans.anonymous_id = shared_devices.anonymous_id

),

-- Who comes back within the pause has not got up.
numbered as (

    select
        *,
        sum(
            case
                when started_at <= {{ dbt.dateadd('minute', pause, 'free_since') }}
                    then 0
                else 1
            end
        ) over (
            partition by anonymous_id
            order by started_at, {{ in_byte_order('session_id') }}
            rows between unbounded preceding and current row
        ) as sitting_number

    from visits

),

sittings as (

    select
        session_id,
        first_value(session_id) over (
            partition by anonymous_id, sitting_number
            order by started_at, {{ in_byte_order('session_id') }}
            rows between unbounded preceding and current row
        ) as sitting_id,
        anonymous_id,
        started_at,
        finished_at,
        min(started_at) over (
            partition by anonymous_id, sitting_number
        ) as sitting_started_at,
        max(finished_at) over (
            partition by anonymous_id, sitting_number
        ) as sitting_finished_at

    from numbered

)

select * from sittings
