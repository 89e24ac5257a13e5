{% macro session_by_session(also_by=none) -%}
    {#- The config of a model each of whose rows is of one session: what a changed session
        had leaves, and comes again. Its imports ask `is_of_changed_session`. -#}
    {{ return({
        'materialized': 'appended',
        'incremental_strategy': 'append',
        'pre_hook': '{{ forget_changed_sessions() }}',
        'post_hook': '{{ record_seen_build() }}',
        'indexes': lookup_indexes('session_id')
            + (lookup_indexes(also_by) if also_by else []),
    }) }}
{%- endmacro %}
