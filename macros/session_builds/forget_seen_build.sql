{% macro forget_seen_build() -%}
    delete from {{ session_builds() }} where node_id = '{{ model.unique_id }}'
{%- endmacro %}
