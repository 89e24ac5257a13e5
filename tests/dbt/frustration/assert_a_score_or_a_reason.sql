{{ config(
    group='frustration',
    meta={'dagster': {'ref': {'name': 'session_scores'}}}
) }}

-- A session has a score from 0 to 100, or a reason for having none; never both, never
-- neither. An excluded session that scored 0 would pass for a calm one.

select
    session_id,
    frustration_score,
    score_excluded_reason

from {{ ref('session_scores') }}

where
    (frustration_score is null and score_excluded_reason is null)
    or (frustration_score is not null and score_excluded_reason is not null)
    or frustration_score < 0
    or frustration_score > 100
