{% macro forget_unknown_sessions() -%}
    {{ forget_what_is_not_in(ref('sessions'), 'session_id') }}
{%- endmacro %}
