{{ config(
    group='frustration',
    meta={'dagster': {'ref': {'name': 'profile_contributions'}}}
) }}

-- Holds the promise that three named sessions explain any person's score: what they add
-- is the score, to the digit it is rounded to.

with

contributions as (

    select
        profile_id,
        cast(sum(contribution) as numeric(5, 1)) as contribution

    from {{ ref('profile_contributions') }}

    group by 1

)

select
    profile_scores.profile_id,
    profile_scores.frustration_score,
    contributions.contribution

from {{ ref('profile_scores') }} as profile_scores

left join contributions
    on profile_scores.profile_id = contributions.profile_id

where
    profile_scores.frustration_score <> coalesce(contributions.contribution, 0)
