{% macro make_session_builds() -%}
    create schema if not exists {{ target.schema }}_builds;
    create table if not exists {{ session_builds() }} (
        node_id varchar(500),
        seen_build bigint
    );
{%- endmacro %}
