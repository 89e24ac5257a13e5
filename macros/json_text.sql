{% macro json_text(column, key) -%}
    {{ return(adapter.dispatch('json_text', 'relyv_segment')(column, key)) }}
{%- endmacro %}

{% macro default__json_text(column, key) -%}
    (cast({{ column }} as jsonb) ->> '{{ key }}')
{%- endmacro %}

{% macro duckdb__json_text(column, key) -%}
    case
        when json_valid({{ column }})
            then json_extract_string({{ column }}, '$.{{ key }}')
    end
{%- endmacro %}

{% macro snowflake__json_text(column, key) -%}
    cast(get(try_parse_json({{ column }}), '{{ key }}') as varchar)
{%- endmacro %}
