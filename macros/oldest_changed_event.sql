{% macro oldest_changed_event() -%}
    {#- No copy that counts of an event that changed landed before. -#}
    {%- set changed = ref('stg_relyv__changed_events') -%}
    {%- if is_increment() -%}
        {%- do return(
            run_query('select min(oldest_loaded_at) from ' ~ changed).rows[0][0]
        ) -%}
    {%- endif -%}
{%- endmacro %}
