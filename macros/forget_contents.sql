{% macro forget_contents() -%}
    {#- A session whose last event is gone has no row to replace it. -#}
    {{ forget_what_is_not_in(ref('stg_relyv__session_events'), 'session_id') }}
{%- endmacro %}
