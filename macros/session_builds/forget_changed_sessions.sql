{% macro forget_changed_sessions() -%}
    {#- Those that changed, and those that are no more. -#}
    {{ forget_what_is_not_in(
        ref('session_changes'),
        'session_id',
        condition='build_number <= ' ~ seen_build()
    ) }}
{%- endmacro %}
