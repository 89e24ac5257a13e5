with

spans as (

    select
        session_id,
        anonymous_id,
        started_at

    from {{ ref('session_spans') }}

    where anonymous_id is not null

),

identified_sessions as (

    select distinct session_id

    from {{ ref('session_identifications') }}

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
        min(
            case
                when identified_sessions.session_id is not null
                    then spans.started_at
            end
        ) over (partition by spans.anonymous_id) as first_identified_at

    from spans

    inner join owned_devices
        on spans.anonymous_id = owned_devices.anonymous_id

    left join identified_sessions
        on spans.session_id = identified_sessions.session_id

),

-- What came before the first login says nothing: nobody is known then.
counted as (

    select
        anonymous_id,
        count(case when is_identified then 1 end) as identified_count,
        count(case when not is_identified then 1 end) as unidentified_count

    from visits

    where started_at >= first_identified_at

    group by 1

),

forgetful as (

    select
        anonymous_id,
        identified_count,
        unidentified_count

    from counted

    where
        unidentified_count > identified_count
        {% if var('forgetful_device_logins') %}
            and identified_count >= {{ var('forgetful_device_logins') }}
        {% else %}
            and 1 = 0
        {% endif %}

)

select * from forgetful
