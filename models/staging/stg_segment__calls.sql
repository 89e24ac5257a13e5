with

identifies as (

    {{ segment_table('identifies', own=['email']) }}

),

pages as (

    {{ segment_table('pages', own=['name', 'category']) }}

),

screens as (

    {{ segment_table('screens', own=['name', 'category']) }}

),

groups as (

    {{ segment_table('groups', own=['group_id']) }}

),

aliases as (

    {{ segment_table('aliases', own=['previous_id']) }}

),

tracks as (

    {{ segment_table('tracks', own=['event', 'event_text']) }}

),

source_rows as (

    select * from identifies

    union all
    select * from pages

    union all
    select * from screens

    union all
    select * from groups

    union all
    select * from aliases

    union all
    select * from tracks

),

suppressed as (

    select subject

    from {{ ref('stg_privacy__suppressions') }}

),

trimmed as (

    select
        id as event_id,
        call_table,
        nullif(trim(user_id), '') as user_id,
        nullif(trim(anonymous_id), '') as anonymous_id,
        email,
        name,
        category,
        nullif(trim(group_id), '') as group_id,
        nullif(trim(previous_id), '') as previous_id,
        event,
        event_text,
        context_external_ids as external_ids,
        context_traits_email,
        nullif(trim(context_anonymous_id), '') as context_anonymous_id,
        nullif(trim(context_group_id), '') as context_group_id,
        context_page_url as url,
        context_page_path as path,
        context_page_referrer as referrer,
        {%- for trait in var('identifier_traits') %}
            id_{{ trait }},
            context_id_{{ trait }},
        {%- endfor %}
        {%- for trait in var('session_traits') %}
            trait_{{ trait }},
        {%- endfor %}
        coalesce(received_at, uuid_ts) as received_at,
        coalesce(timestamp, original_timestamp, received_at, uuid_ts) as occurred_at,
        uuid_ts as loaded_at

    from source_rows

    where
        id is not null
        -- What we sent to Segment comes back: it says nothing new.
        and coalesce(context_integration_name, '') <> 'relyv-segment'

),

allowed as (

    select trimmed.*

    from trimmed

    where
        received_at <= {{ as_of() }}
        and occurred_at <= {{ as_of() }}
        and coalesce('user_id:' || user_id, '')
        not in (select suppressed.subject from suppressed)
        and coalesce('user_id:' || previous_id, '')
        not in (select suppressed.subject from suppressed)
        and coalesce('anonymous_id:' || previous_id, '')
        not in (select suppressed.subject from suppressed)
        and coalesce('anonymous_id:' || anonymous_id, '')
        not in (select suppressed.subject from suppressed)
        and coalesce('anonymous_id:' || context_anonymous_id, '')
        not in (select suppressed.subject from suppressed)
        and coalesce('email:' || {{ normal_email('email') }}, '')
        not in (select suppressed.subject from suppressed)
        and coalesce('email:' || {{ normal_email('context_traits_email') }}, '')
        not in (select suppressed.subject from suppressed)

),

-- Segment may deliver an id twice, months apart: the first receipt is the event. Only
-- what comes twice is put in order.
repeated as (

    select event_id

    from allowed

    group by 1

    having count(*) > 1

),

ranked as (

    select
        allowed.*,
        1 as receipt_rank

    from allowed

    left join repeated
        on allowed.event_id = repeated.event_id

    where repeated.event_id is null

    union all

    select
        allowed.*,
        row_number() over (
            partition by allowed.event_id
            order by
                allowed.received_at asc,
                allowed.loaded_at asc nulls last,
                allowed.call_table asc,
                {{ in_byte_order('allowed.user_id') }} asc nulls last,
                {{ in_byte_order('allowed.anonymous_id') }} asc nulls last
        ) as receipt_rank

    from allowed

    inner join repeated
        on allowed.event_id = repeated.event_id

),

kept as (

    select
        event_id,
        call_table,
        user_id,
        anonymous_id,
        email,
        name,
        category,
        group_id,
        previous_id,
        event,
        event_text,
        external_ids,
        context_traits_email,
        context_anonymous_id,
        context_group_id,
        url,
        path,
        referrer,
        {%- for trait in var('identifier_traits') %}
            id_{{ trait }},
            context_id_{{ trait }},
        {%- endfor %}
        {%- for trait in var('session_traits') %}
            trait_{{ trait }},
        {%- endfor %}
        received_at,
        occurred_at,
        loaded_at

    from ranked

    where receipt_rank = 1

),

-- Who is who looks at every call in each build: at these two numbers.
numbered as (

    select
        kept.*,
        {{ identifiers_number() }} as identifiers_number,
        {{ fast_hash(['event_id', 'occurred_at', 'received_at']) }} as event_version

    from kept

)

select * from numbered
