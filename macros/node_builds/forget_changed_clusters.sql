{% macro forget_changed_clusters() -%}
    {#- An identifier stays as long as it is in a cluster that is as it was. -#}
    {{ forget_what_is_not_in(
        ref('identity_clusters'),
        'identifier_key',
        condition='build_number <= ' ~ seen_cluster_build()
    ) }}
{%- endmacro %}
