with

bugs_reported as (

    select
        event_id,
        user_id,
        anonymous_id,
        session_id,
        report_id,
        region,
        replay_url,
        report_source,
        severity,
        top_signal,
        definition_version,
        frustration_score,
        occurred_at

    from {{ ref('event_bug_reported') }}

)

select * from bugs_reported
