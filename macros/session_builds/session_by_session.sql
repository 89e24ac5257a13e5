{% macro session_by_session() -%}
    {#- The config of a model each of whose rows is of one session: what a changed session
        had leaves, and comes again. Its imports ask `is_of_changed_session`. -#}
    {{ return({
        'materialized': 'incremental',
        'incremental_strategy': 'append',
        'on_schema_change': 'fail',
        'pre_hook': '{{ forget_changed_sessions() }}',
        'post_hook': [
            '{{ forget_seen_build() }}',
            '{{ record_seen_build() }}',
        ],
        'indexes': lookup_indexes('session_id'),
    }) }}
{%- endmacro %}
