{% macro forget_unknown_sessions() -%}
    {#- Who follows finds them by name, if it has seen all builds before this one. When all
        is built anew, nothing is known of what was there: nobody has. -#}
    {%- set sessions = ref('recorded_sessions') -%}
    delete from {{ session_builds() }} where node_id = 'gone_sessions';
    insert into {{ session_builds() }}
    select
        'gone_sessions' as node_id,
        {{ seen_build() }} + {{ 0 if is_increment() else 1 }} as seen_build;
    delete from {{ gone_sessions() }}
    where build_number <= {{ seen_build('gone_sessions') }}
    {%- if is_increment() -%}
        ;
        insert into {{ gone_sessions() }}
        select
            built.session_id,
            {{ highest_number('build_number') }} + 1 as build_number
        from {{ this }} as built
        left join {{ sessions }} as sessions
            on built.session_id = sessions.session_id
        where sessions.session_id is null;
        {{ forget_what_is_not_in(sessions, 'session_id') }}
    {%- endif -%}
{%- endmacro %}
