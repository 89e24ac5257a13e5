{% macro gone_sessions() -%}
    {#- Sessions that are no more, since the build whose number stands by this name in
        `session_builds`. -#}
    {{ target.schema }}_builds.gone_sessions
{%- endmacro %}
