with

forwardable_parts as (

    select
        session_id,
        profile_id,
        user_id,
        anonymous_id,
        region,
        replay_url,
        top_signal,
        definition_version,
        frustration_score

    from {{ ref('forwardable_parts') }}

),

bug_reports as (

    select
        session_id,
        profile_id,
        coalesce(report_id, event_id) as report_id,
        report_source,
        severity,
        ts as occurred_at,
        row_number() over (
            partition by coalesce(report_id, event_id)
            order by ts, {{ in_byte_order('event_id') }}
        ) as telling_number

    from {{ ref('session_events') }}

    where event_type = 'bug_report'

),

-- A report may be told again, when it is edited or sent on; the first telling counts.
bugs_reported as (

    select
        {{ dbt.hash(dbt.concat(["'bug_reported:'", 'bug_reports.report_id'])) }}
            as event_id,
        forwardable_parts.user_id,
        forwardable_parts.anonymous_id,
        forwardable_parts.session_id,
        bug_reports.report_id,
        forwardable_parts.region,
        forwardable_parts.replay_url,
        bug_reports.report_source,
        bug_reports.severity,
        forwardable_parts.top_signal,
        forwardable_parts.definition_version,
        forwardable_parts.frustration_score,
        bug_reports.occurred_at

    from bug_reports

    inner join forwardable_parts
        on
            bug_reports.session_id = forwardable_parts.session_id
            and bug_reports.profile_id = forwardable_parts.profile_id

    where bug_reports.telling_number = 1

)

select * from bugs_reported
