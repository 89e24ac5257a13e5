{% macro seen_build(node_id=none) -%}
    (
        select coalesce(max(seen_build), 0)
        from {{ session_builds() }}
        where node_id = '{{ node_id or model.unique_id }}'
    )
{%- endmacro %}
