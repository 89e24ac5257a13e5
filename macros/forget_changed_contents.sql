{% macro forget_changed_contents() -%}
    {#- Of a session whose last event is gone, and of one with another event: one that came
        is newer than all that was built, one that left is missing. -#}
    {{ forget_what_is_not_in(
        ref('session_event_counts'),
        'session_id',
        condition='event_count = built.event_count and kept._built_at = built._built_at'
    ) }}
{%- endmacro %}
