{% macro session_builds() -%}
    {#- Which build of `session_changes` each model has taken up. -#}
    {{ target.schema }}_builds.session_builds
{%- endmacro %}
