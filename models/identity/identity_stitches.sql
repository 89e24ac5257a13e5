{{ config(
    materialized='incremental',
    incremental_strategy='append',
    full_refresh=false,
    on_schema_change='append_new_columns',
    pre_hook='{{ forget_identity_stitches() }}'
) }}
{%- set told_places = told_before('identity_told_places', none, 'node') -%}
{%- set told_facts = told_before('identity_told_facts', none, 'node') -%}
{%- set is_told = told_places and told_facts -%}
{%- set places_node = told_node('identity_told_places') -%}
{%- set facts_node = told_node('identity_told_facts') -%}
{%- set first_node = [places_node, facts_node] | min -%}

with

mapping as (

    select
        external_id_hash as identifier_hash,
        identifier_type,
        profile_id,
        status

    from {{ ref('external_id_mapping') }}

),

facts as (

    select
        fact_id,
        fact_kind,
        cause,
        identifier_hash,
        other_hash,
        seed_value,
        event_id,
        received_at

    from {{ ref('identity_facts') }}

    where
        node > {{ facts_node }}
        or node = 0

),

-- What was told of clusters that are as they were is not looked at.
identifiers as (

    select
        node,
        identifier_hash,
        identifier_type,
        lower(identifier_value) as lower_value

    from {{ ref('identity_identifiers') }}

),

{% if is_told %}

    told_places as (

        select
            told.identifier_hash,
            told.identifier_type,
            told.profile_id,
            told.status,
            told.told_at

        from {{ told_places }} as told

        left join identifiers
            on
                told.node = identifiers.node
                and identifiers.node <= {{ places_node }}

        where identifiers.node is null

    ),

    told_facts as (

        select
            told.fact_id,
            told.fact_kind,
            told.cause,
            told.identifier_hash,
            told.other_hash,
            told.seed_value,
            told.event_id,
            told.received_at

        from {{ told_facts }} as told

        left join identifiers
            on
                told.node = identifiers.node
                and identifiers.node <= {{ facts_node }}

        where identifiers.node is null

    ),

{% else %}

    told_places as (

        select
            identifier_hash,
            identifier_type,
            profile_id,
            status,
            {{ built_at() }} as told_at

        from mapping

    ),

    told_facts as (

        select *

        from facts

    ),

{% endif %}

forgotten as (

    select
        {{ dbt.hash(dbt.concat(['subject_type', "':'", 'subject_id'])) }}
            as identifier_hash

    from {{ ref('stg_privacy__suppressions') }}

),

moved as (

    select
        told_places.identifier_hash,
        told_places.identifier_type,
        told_places.profile_id as from_profile_id,
        mapping.profile_id as to_profile_id,
        told_places.status as from_status,
        coalesce(mapping.status, 'gone') as to_status,
        told_places.told_at

    from told_places

    left join mapping
        on told_places.identifier_hash = mapping.identifier_hash

    where
        (
            mapping.identifier_hash is null
            or told_places.profile_id is distinct from mapping.profile_id
        )
        and told_places.identifier_hash not in (
            select forgotten.identifier_hash from forgotten
        )
        and coalesce(told_places.profile_id, '') not in (
            select forgotten.identifier_hash from forgotten
        )

),

persons as (

    select
        node,
        person_node

    from {{ ref('identity_persons') }}

    where node > {{ first_node }}

),

components as (

    select
        node,
        component

    from {{ ref('identity_components') }}

    where node > {{ first_node }}

),

events as (

    select event_id

    from {{ ref('identity_events') }}

),

unlinked_events as (

    select event_id

    from {{ ref('identity_overrides') }}

    where rule = 'must_not_link'

),

gained as (

    select
        facts.*,
        1 as is_gained

    from facts

    left join told_facts
        on facts.fact_id = told_facts.fact_id

    where told_facts.fact_id is null

),

lost as (

    select
        told_facts.*,
        0 as is_gained

    from told_facts

    left join facts
        on told_facts.fact_id = facts.fact_id

    where facts.fact_id is null

),

seed_changes as (

    select count(*) as changed_rows

    from (
        select fact_id
        from gained
        where cause = 'seed'
        union all
        select fact_id
        from lost
        where cause = 'seed'
    ) as either

),

-- Another event is the first that says so. The earlier one is the news: it came late,
-- or it is gone.
replaced as (

    select
        case
            when lost.received_at < gained.received_at then gained.fact_id
            else lost.fact_id
        end as fact_id

    from lost

    inner join gained
        on
            lost.fact_kind = gained.fact_kind
            and lost.identifier_hash = gained.identifier_hash
            and lost.other_hash = gained.other_hash

    where lost.fact_kind in ('seen', 'link')

),

explained_losses as (

    select
        lost.fact_id,
        lost.fact_kind,
        case
            when lost.cause not in ('event', 'alias') then lost.cause
            when unlinked_events.event_id is not null then 'override'
            when events.event_id is null then 'removed_event'
            when seed_changes.changed_rows > 0 then 'seed'
            else lost.cause
        end as cause,
        lost.identifier_hash,
        lost.other_hash,
        lost.seed_value,
        lost.event_id,
        lost.received_at,
        lost.is_gained

    from lost

    cross join seed_changes

    left join events
        on lost.event_id = events.event_id

    left join unlinked_events
        on lost.event_id = unlinked_events.event_id

),

either as (

    select * from gained

    union all

    select * from explained_losses

),

changes as (

    select *

    from either

    where fact_id not in (select replaced.fact_id from replaced)

),

-- A change is felt in the component of either end, a seed's where its values are.
ends as (

    select
        changes.*,
        changes.identifier_hash as end_hash
    from changes

    union all

    select
        changes.*,
        changes.other_hash as end_hash
    from changes

    union all

    select
        changes.*,
        identifiers.identifier_hash as end_hash
    from changes
    inner join identifiers
        on
            changes.fact_kind = 'blocked'
            and changes.seed_value = identifiers.lower_value

    union all

    select
        changes.*,
        identifiers.identifier_hash as end_hash
    from changes
    inner join identifiers
        on
            changes.fact_kind = 'type'
            and changes.seed_value = identifiers.identifier_type

),

placed as (

    select
        identifiers.identifier_hash,
        coalesce(
            components.component, persons.person_node, identifiers.node
        ) as component

    from identifiers

    left join persons
        on identifiers.node = persons.node

    left join components
        on coalesce(persons.person_node, identifiers.node) = components.node

    where identifiers.node > {{ first_node }}

),

weighed as (

    select
        ends.end_hash,
        placed.component,
        ends.cause,
        ends.event_id,
        ends.is_gained,
        ends.received_at,
        ends.fact_id,
        case ends.cause
            when 'override' then 1
            when 'seed' then 2
            when 'limit' then 3
            when 'alias' then 4
            else 5
        end as weight

    from ends

    left join placed
        on ends.end_hash = placed.identifier_hash

),

ranked_changes as (

    select
        weighed.*,
        row_number() over (
            partition by end_hash
            order by
                weight asc,
                is_gained desc,
                received_at desc nulls last,
                fact_id asc
        ) as own_rank,
        row_number() over (
            partition by component
            order by
                weight asc,
                is_gained desc,
                received_at desc nulls last,
                fact_id asc
        ) as component_rank

    from weighed

),

explained as (

    select
        moved.identifier_hash,
        moved.identifier_type,
        moved.from_profile_id,
        moved.to_profile_id,
        moved.from_status,
        moved.to_status,
        moved.told_at,
        case
            when coalesce(own.weight, 9) <= coalesce(near.weight, 9) then own.cause
            else near.cause
        end as cause,
        case
            when coalesce(own.weight, 9) <= coalesce(near.weight, 9) then own.event_id
            else near.event_id
        end as event_id

    from moved

    left join placed
        on moved.identifier_hash = placed.identifier_hash

    left join ranked_changes as own
        on
            moved.identifier_hash = own.end_hash
            and own.own_rank = 1

    left join ranked_changes as near
        on
            placed.component = near.component
            and near.component_rank = 1

),

stitches as (

    select
        {{ dbt.hash(dbt.concat([
            "identifier_hash",
            "':'", "coalesce(to_profile_id, '')",
            "':'", "cast(told_at as " ~ dbt.type_string() ~ ")",
        ])) }} as stitch_id,
        identifier_hash,
        identifier_type,
        from_profile_id,
        to_profile_id,
        from_status,
        to_status,
        coalesce(cause, 'seed') as cause,
        event_id as triggering_event_id,
        {{ as_of() }} as stitched_at

    from explained

)

select * from stitches
{% if is_incremental() %}
    where stitch_id not in (select told.stitch_id from {{ this }} as told)
{% endif %}
