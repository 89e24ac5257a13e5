{% macro make_session_builds() -%}
    create schema if not exists {{ target.schema }}_builds;
    create table if not exists {{ session_builds() }} (
        node_id varchar(500),
        seen_build bigint
    );
    create table if not exists {{ gone_sessions() }} (
        session_id {{ dbt.type_string() }},
        build_number bigint
    );
    create table if not exists {{ gone_nodes() }} (
        node bigint,
        identifier_hash {{ dbt.type_string() }},
        build_number bigint
    );
{%- endmacro %}
