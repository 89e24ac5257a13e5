with

source_rows as (

    select
        subject_type,
        case
            when subject_type = 'email' then {{ normal_email('subject_id') }}
            else trim(subject_id)
        end as subject_id,
        since

    from {{ source('privacy', 'suppressions') }}

),

-- A person can be suppressed by an export and by a delete call: the first one counts.
subjects as (

    select
        subject_type || ':' || subject_id as subject,
        subject_type,
        subject_id,
        min(since) as since

    from source_rows

    where
        subject_type is not null
        and subject_id <> ''

    group by 1, 2, 3

)

select * from subjects
