{% macro identifier_key(identifier_type, identifier_value) -%}
    {#- The loop wants whole numbers. Two identifiers may share one: their clusters are
        built together then, and nothing else. -#}
    {{ return(adapter.dispatch('identifier_key', 'relyv_segment')(
        dbt.concat([identifier_type, "':'", identifier_value])
    )) }}
{%- endmacro %}

{% macro default__identifier_key(text) -%}
    {#- The other half of the number costs three times as much to come by. -#}
    cast(md5_number({{ text }}) >> 68 as bigint)
{%- endmacro %}

{% macro postgres__identifier_key(text) -%}
    cast(cast('x' || left(md5({{ text }}), 15) as bit(60)) as bigint)
{%- endmacro %}

{% macro snowflake__identifier_key(text) -%}
    cast(mod(md5_number_lower64({{ text }}), 1000000000000000000) as bigint)
{%- endmacro %}
