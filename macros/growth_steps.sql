{% macro growth_links(links_sql) -%}
    select
        cast(links.from_node as bigint) as from_node,
        cast(links.to_node as bigint) as to_node,
        links.to_tier,
        links.from_is_person
    from ({{ links_sql }}) as links
{%- endmacro %}

{% macro growth_start(links) -%}
    select distinct
        from_node as node,
        from_node as owner,
        0 as settled_round
    from {{ links }}
    where from_is_person
{%- endmacro %}

{% macro growth_round(links, settled, round, first_round, max_tier) -%}
    {#- In the first round of a tier all that is owned grows, then only what is new. -#}
    insert into {{ settled }} (node, owner, settled_round)
    select
        links.to_node,
        case when min(near.owner) = max(near.owner) then min(near.owner) end,
        {{ round }}
    from {{ settled }} as near
    inner join {{ links }} as links
        on near.node = links.from_node
    left join {{ settled }} as known
        on links.to_node = known.node
    where
        near.owner is not null
        and links.to_tier <= {{ max_tier }}
        and known.node is null
        {%- if round > first_round + 1 %}
        and near.settled_round = {{ round - 1 }}
        {%- endif %}
    group by links.to_node
{%- endmacro %}
