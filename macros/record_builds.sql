{% macro record_builds(results) -%}
    {#- The last word on each node, whoever ran dbt: a sync reads it before it plans. -#}
    {%- set schema = target.schema ~ '_builds' -%}
    {%- set rows = [] -%}
    {%- set nodes = [] -%}
    {%- for result in results or [] if execute -%}
        {%- set node = result.node -%}
        {%- set status = result.status | string -%}
        {#- A test that was skipped has said nothing: what it said before stands. -#}
        {%- if node.resource_type in ('model', 'seed', 'snapshot')
            or (node.resource_type == 'test' and status != 'skipped') -%}
            {%- set contract = node.contract.checksum if node.contract else none -%}
            {%- do nodes.append("'" ~ node.unique_id ~ "'") -%}
            {%- do rows.append(
                "('" ~ node.unique_id ~ "', '" ~ node.resource_type ~ "', '"
                ~ ('empty' if flags.EMPTY else status) ~ "', '"
                ~ node.checksum.checksum ~ ":" ~ (contract or '') ~ "', '"
                ~ invocation_id ~ "', cast('"
                ~ run_started_at.strftime('%Y-%m-%d %H:%M:%S.%f')
                ~ "' as " ~ dbt.type_timestamp() ~ "))"
            ) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- if rows %}
        create schema if not exists {{ schema }};
        create table if not exists {{ schema }}.node_builds (
            node_id varchar(500),
            node_type varchar(20),
            status varchar(20),
            fingerprint varchar(2000),
            invocation varchar(50),
            started_at timestamp
        );
        begin;
        delete from {{ schema }}.node_builds
        where node_id in ({{ nodes | join(', ') }});
        insert into {{ schema }}.node_builds values
        {{ rows | join(',\n        ') }};
        commit;
    {%- endif -%}
{%- endmacro %}
