{% macro session_builds() -%}
    {#- The highest number that each model has taken up. -#}
    {{ target.schema }}_builds.session_builds
{%- endmacro %}
