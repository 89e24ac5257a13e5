{% macro set_by_set() -%}
    {#- The config of a model each of whose rows is of one set of identifiers, by its
        number: what has another version leaves, and comes again. Its imports ask
        `is_of_changed_set`. -#}
    {{ return({
        'materialized': 'appended',
        'incremental_strategy': 'append',
        'pre_hook': '{{ forget_changed_sets() }}',
        'post_hook': '{{ record_seen_sets() }}',
    }) }}
{%- endmacro %}
