{% macro gone_nodes() -%}
    {#- Identifiers whose number is gone, since the build whose highest number stands by
        this name in `session_builds`. -#}
    {{ target.schema }}_builds.gone_nodes
{%- endmacro %}
