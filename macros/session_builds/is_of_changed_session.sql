{% macro is_of_changed_session(column='session_id') -%}
    {#- True of every row when all is built; a unit test has rows and no builds. -#}
    {%- if is_increment() -%}
        {{ column }} in (
            select changes.session_id
            from {{ ref('session_changes') }} as changes
            where changes.build_number > {{ seen_number() }}
        )
    {%- else -%}
        1 = 1
    {%- endif -%}
{%- endmacro %}
