{% macro forget_events() -%}
    {#- What changed is put in its place again, or has left. -#}
    {%- set changed = ref('stg_relyv__changed_events') -%}
    {%- if is_increment() -%}
        delete from {{ this }}
        where
            {{ landed_since(oldest_changed_event()) }}
            and event_id in (select changed.event_id from {{ changed }} as changed)
    {%- endif -%}
{%- endmacro %}
