{% macro set_by_set(made_from='identity_set_versions') -%}
    {#- The config of a model each of whose rows is of one set of identifiers, with its
        number and version: what another version has been made of leaves, and comes
        again. Its imports ask `is_of_changed_set`. -#}
    {{ return({
        'materialized': 'incremental',
        'incremental_strategy': 'append',
        'on_schema_change': 'fail',
        'pre_hook': "{{ forget_changed_sets('" ~ made_from ~ "') }}",
    }) }}
{%- endmacro %}
