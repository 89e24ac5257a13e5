{% macro seen_build() -%}
    (
        select coalesce(max(seen_build), 0)
        from {{ session_builds() }}
        where node_id = '{{ model.unique_id }}'
    )
{%- endmacro %}
