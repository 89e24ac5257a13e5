{% macro json_text(column, key) -%}
    {{ return(adapter.dispatch('json_text', 'relyv_segment')(column, key)) }}
{%- endmacro %}

{% macro default__json_text(column, key) -%}
    {#- Landing writes objects as JSON, and nothing else that begins with a brace. -#}
    (
        case
            when left({{ column }}, 1) = '{' and strpos({{ column }}, '\u0000') = 0
                then cast({{ column }} as json)
        end ->> '{{ key }}'
    )
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
