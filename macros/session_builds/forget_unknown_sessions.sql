{% macro forget_unknown_sessions() -%}
    {%- set sessions = ref('sessions') -%}
    {%- if is_incremental() -%}
        delete from {{ this }}
        where session_id in (
            select changes.session_id
            from {{ this }} as changes
            left join {{ sessions }} as sessions
                on changes.session_id = sessions.session_id
            where sessions.session_id is null
        )
    {%- endif -%}
{%- endmacro %}
