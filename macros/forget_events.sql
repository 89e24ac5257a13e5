{% macro forget_events() -%}
    {#- What must leave and has nothing to replace it: delete+insert would leave it. -#}
    {%- set changed = ref('stg_relyv__changed_events') -%}
    {%- if is_incremental() -%}
        delete from {{ this }}
        where event_id in (select event_id from {{ changed }} where is_leaving)
    {%- endif -%}
{%- endmacro %}
