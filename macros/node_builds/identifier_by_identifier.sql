{% macro identifier_by_identifier(column) -%}
    {#- The config of a model each of whose rows is named by the hash of an identifier:
        it is built for the clusters that changed, and only rows that differ are written.
        Its imports ask `is_of_new_identifier`, or `is_of_new_node`. -#}
    {{ return({
        'materialized': 'incremental',
        'incremental_strategy': 'changed_rows',
        'unique_key': column,
        'on_schema_change': 'fail',
        'post_hook': '{{ record_seen_build() }}',
    }) }}
{%- endmacro %}
