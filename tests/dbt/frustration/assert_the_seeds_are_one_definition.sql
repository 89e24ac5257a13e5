{{ config(
    group='frustration',
    meta={'dagster': {'ref': {'name': 'signal_weights'}}}
) }}

-- Two versions in one seed would be mixed silently, and shares that do not add up to 1
-- would let a profile score more than 100 or never reach it.

select 'more than one definition_version' as problem

from {{ ref('frustration_definitions') }}

having count(distinct definition_version) <> 1

union all

select 'profile_score_weights do not add up to 1' as problem

from {{ ref('profile_score_weights') }}

having sum(weight) <> 1
