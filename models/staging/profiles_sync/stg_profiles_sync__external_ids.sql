with

source_rows as (

    {{ profiles_sync_table('external_id_mapping_updates', {
        'segment_id': dbt.type_string(),
        'external_id_type': dbt.type_string(),
        'external_id_value': dbt.type_string(),
        'external_id_hash': dbt.type_string(),
        'triggering_event_id': dbt.type_string(),
        'seq': dbt.type_bigint(),
        'timestamp': dbt.type_timestamp(),
        'received_at': dbt.type_timestamp(),
        'uuid_ts': dbt.type_timestamp(),
        '__operation': dbt.type_string(),
    }) }}

),

-- As our own graph spells them, so that events are found under the same value.
spelled as (

    select
        segment_id,
        external_id_type as identifier_type,
        case
            when external_id_type = 'email' then {{ normal_email('external_id_value') }}
            else trim(external_id_value)
        end as identifier_value,
        external_id_hash,
        triggering_event_id,
        coalesce(__operation, 'CREATED') as operation,
        seq,
        coalesce(source_rows.timestamp, received_at, uuid_ts) as occurred_at,
        coalesce(received_at, uuid_ts, source_rows.timestamp) as received_at

    from source_rows

    where segment_id is not null

),

arrived as (

    select *

    from spelled

    where
        identifier_type is not null
        and identifier_value <> ''
        and (
            received_at is null
            or received_at <= {{ as_of() }}
        )

),

-- The table is append-only: the last word on an identifier counts, and may be that it is
-- nobody's any more.
ranked as (

    select
        arrived.*,
        min(occurred_at) over (
            partition by identifier_type, identifier_value
        ) as first_seen_at,
        max(occurred_at) over (
            partition by identifier_type, identifier_value
        ) as last_seen_at,
        min(received_at) over (
            partition by identifier_type, identifier_value
        ) as first_received_at,
        max(received_at) over (
            partition by identifier_type, identifier_value
        ) as last_received_at,
        row_number() over (
            partition by identifier_type, identifier_value
            order by
                seq desc nulls last,
                received_at desc nulls last,
                {{ in_byte_order('segment_id') }} asc,
                {{ in_byte_order('external_id_hash') }} asc nulls last
        ) as recency

    from arrived

),

latest as (

    select
        coalesce(
            external_id_hash,
            {{ dbt.hash(dbt.concat([
                "identifier_type", "':'", "identifier_value"
            ])) }}
        ) as external_id_hash,
        segment_id,
        identifier_type,
        identifier_value,
        triggering_event_id,
        first_seen_at,
        last_seen_at,
        first_received_at,
        last_received_at

    from ranked

    where
        recency = 1
        and operation <> 'REMOVED'

)

select * from latest
