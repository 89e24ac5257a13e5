{% macro forget_contents() -%}
    {#- A session whose last event is gone has no row to replace it. -#}
    {%- set events = ref('stg_relyv__session_events') -%}
    {%- if is_incremental() -%}
        delete from {{ this }}
        where session_id in (
            select contents.session_id
            from {{ this }} as contents
            left join {{ events }} as events
                on contents.session_id = events.session_id
            where events.session_id is null
        )
    {%- endif -%}
{%- endmacro %}
