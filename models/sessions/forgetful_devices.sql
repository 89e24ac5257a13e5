{%- set pause = var('sitting_pause_minutes') -%}

with

spans as (

    select
        session_id,
        anonymous_id,
        started_at,
        finished_at

    from {{ ref('session_spans') }}

    where anonymous_id is not null

),

identified_sessions as (

    select
        session_id,
        max(user_id) as user_id

    from {{ ref('session_identifications') }}

    group by 1

),

owned_devices as (

    select identifier_value as anonymous_id

    from {{ ref('external_id_mapping') }}

    where
        identifier_type = 'anonymous_id'
        and status = 'owned'

),

visits as (

    select
        spans.anonymous_id,
        spans.started_at,
        identified_sessions.session_id is not null as is_identified,
        identified_sessions.user_id,
        min(
            case
                when identified_sessions.session_id is not null
                    then spans.started_at
            end
        ) over (partition by spans.anonymous_id) as first_identified_at,
        lag(
            case
                when identified_sessions.session_id is not null
                    then spans.finished_at
            end
        ) over (
            partition by spans.anonymous_id
            order by spans.started_at, {{ in_byte_order('spans.session_id') }}
        ) as identified_until

    from spans

    inner join owned_devices
        on spans.anonymous_id = owned_devices.anonymous_id

    left join identified_sessions
        on spans.session_id = identified_sessions.session_id

),

-- Back within a pause of an identified visit: has the device kept who it is?
followed as (

    select
        *,
        started_at <= {{ dbt.dateadd('minute', pause, 'identified_until') }}
            as is_back

    from visits

),

-- What came before the first login says nothing: nobody is known then.
counted as (

    select
        anonymous_id,
        count(case when is_identified then 1 end) as identified_count,
        count(case when not is_identified then 1 end) as unidentified_count,
        count(case when is_back and is_identified then 1 end) as kept_count,
        count(case when is_back and not is_identified then 1 end) as dropped_count,
        max(user_id) as user_id

    from followed

    where started_at >= first_identified_at

    group by 1

),

-- An address that a form took is not told by the next visit, be it the same person's.
forgetful as (

    select
        anonymous_id,
        identified_count,
        unidentified_count

    from counted

    where
        unidentified_count > identified_count
        and (user_id is not null or kept_count > dropped_count)
        {% if var('forgetful_device_logins') %}
            and identified_count >= {{ var('forgetful_device_logins') }}
        {% else %}
            and 1 = 0
        {% endif %}

)

select * from forgetful
