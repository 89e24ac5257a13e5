{{ config(
    group='frustration',
    meta={'dagster': {'ref': {'name': 'frustration_contributions'}}}
) }}

-- Holds the promise that an analyst can explain any score: its parts make the whole, to
-- the last digit. A session that scores 0 has no parts.

with

contributions as (

    select
        session_id,
        sum(contribution) as contribution

    from {{ ref('frustration_contributions') }}

    group by 1

)

select
    session_scores.session_id,
    session_scores.frustration_score,
    contributions.contribution

from {{ ref('session_scores') }} as session_scores

left join contributions
    on session_scores.session_id = contributions.session_id

where
    coalesce(session_scores.frustration_score, 0)
    <> coalesce(contributions.contribution, 0)
