{{ config(**node_by_node()) }}

with

persons as (

    select node

    from {{ ref('identity_identifiers') }}

    where
        is_person
        and {{ is_of_new_node() }}

),

groups as (

    select
        node,
        component

    from {{ ref('identity_person_groups') }}

),

mergers as (

    select
        event_id,
        kept_node,
        received_at

    from {{ ref('identity_person_mergers') }}

),

-- The last alias names the person; an override decides only where there is no alias.
ranked as (

    select
        groups.component,
        mergers.kept_node,
        row_number() over (
            partition by groups.component
            order by
                mergers.received_at desc nulls last,
                {{ in_byte_order('mergers.event_id') }} desc nulls last,
                mergers.kept_node asc
        ) as recency

    from mergers

    inner join groups
        on mergers.kept_node = groups.node

),

canonical as (

    select
        persons.node,
        coalesce(ranked.kept_node, persons.node) as person_node

    from persons

    left join groups
        on persons.node = groups.node

    left join ranked
        on
            groups.component = ranked.component
            and ranked.recency = 1

)

select * from canonical
