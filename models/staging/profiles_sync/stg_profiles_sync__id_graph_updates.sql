with

source_rows as (

    {{ profiles_sync_table('id_graph_updates', {
        'segment_id': dbt.type_string(),
        'canonical_segment_id': dbt.type_string(),
        'triggering_event_id': dbt.type_string(),
        'seq': dbt.type_bigint(),
        'timestamp': dbt.type_timestamp(),
        'uuid_ts': dbt.type_timestamp(),
    }) }}

),

-- Rows of the first backfill have no timestamp.
arrived as (

    select
        segment_id,
        canonical_segment_id,
        triggering_event_id,
        seq,
        coalesce(source_rows.timestamp, uuid_ts) as occurred_at,
        coalesce(uuid_ts, source_rows.timestamp) as received_at

    from source_rows

    where
        segment_id is not null
        and canonical_segment_id is not null

),

-- The table is append-only: the last word on a profile counts.
ranked as (

    select
        segment_id,
        canonical_segment_id,
        triggering_event_id,
        occurred_at,
        received_at,
        row_number() over (
            partition by segment_id
            order by
                seq desc nulls last,
                received_at desc nulls last,
                {{ in_byte_order('canonical_segment_id') }} asc
        ) as recency

    from arrived

    where
        received_at is null
        or received_at <= {{ as_of() }}

),

latest as (

    select
        segment_id,
        canonical_segment_id,
        triggering_event_id,
        occurred_at,
        received_at

    from ranked

    where recency = 1

)

select * from latest
