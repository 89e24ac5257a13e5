{% macro node_by_node(column='node', materialized='appended') -%}
    {#- The config of a model each of whose rows is of one cluster, which it shows by the
        number of an identifier: what was numbered anew leaves, and comes again. Its
        imports ask `is_of_new_node`. Where Segment says who is who nothing is numbered,
        and all is built. -#}
    {%- if var('identity_source') != 'graph' -%}
        {%- do return({'materialized': 'table'}) -%}
    {%- endif -%}
    {{ return({
        'materialized': materialized,
        'incremental_strategy': 'append',
        'pre_hook': "{{ forget_old_nodes('" ~ column ~ "') }}",
        'post_hook': '{{ record_seen_build() }}',
    }) }}
{%- endmacro %}
