{% macro fast_hash(columns) -%}
    {#- Each warehouse's own, which a new release may change: for what can be built anew,
        never for a name. A tenth of what md5 costs. -#}
    {{ return(adapter.dispatch('fast_hash', 'relyv_segment')(columns | join(', '))) }}
{%- endmacro %}

{% macro default__fast_hash(columns) -%}
    cast(hash({{ columns }}) >> 1 as bigint)
{%- endmacro %}

{% macro postgres__fast_hash(columns) -%}
    hash_record_extended(row({{ columns }}), 0)
{%- endmacro %}

{% macro snowflake__fast_hash(columns) -%}
    cast(mod(abs(hash({{ columns }})), 1000000000000000000) as bigint)
{%- endmacro %}
