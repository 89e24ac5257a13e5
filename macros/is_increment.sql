{% macro is_increment() -%}
    {#- As is_incremental(), for our own materializations too. -#}
    {%- if not execute or model.resource_type != 'model' -%}
        {%- do return(false) -%}
    {%- endif -%}
    {%- set built = load_cached_relation(this) -%}
    {%- do return(
        built is not none
        and built.type == 'table'
        and config.get('materialized') != 'table'
        and not should_full_refresh()
    ) -%}
{%- endmacro %}
