-- Each staged session comes out of stitching, once.
{{ config(
    group='sessions',
    meta={'dagster': {'ref': {'name': 'sessions'}}}
) }}

select staged.session_id

from {{ ref('stg_relyv__sessions') }} as staged

left join {{ ref('sessions') }} as sessions
    on staged.session_id = sessions.session_id

where sessions.session_id is null
