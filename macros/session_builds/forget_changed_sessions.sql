{% macro forget_changed_sessions() -%}
    {#- Those that changed, and those that are no more. A model that did not miss a build
        finds both by name; another compares all that it has. -#}
    {%- set changes = ref('session_changes') -%}
    {%- if is_increment() -%}
        {%- set seen = seen_number() -%}
        {%- if seen < seen_number('gone_sessions') -%}
            {{ forget_what_is_not_in(
                changes, 'session_id', condition='build_number <= ' ~ seen
            ) }}
        {%- else -%}
            delete from {{ this }}
            where session_id in (
                select changes.session_id
                from {{ changes }} as changes
                where changes.build_number > {{ seen }}
                union all
                select gone.session_id
                from {{ gone_sessions() }} as gone
                where gone.build_number > {{ seen }}
            )
        {%- endif -%}
    {%- endif -%}
{%- endmacro %}
