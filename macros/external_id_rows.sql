{% macro external_id_rows(relation, key) -%}
    {{ return(adapter.dispatch('external_id_rows', 'relyv_segment')(relation, key)) }}
{%- endmacro %}

{% macro default__external_id_rows(relation, key) -%}
    select
        parsed.{{ key }},
        items.item ->> 'type' as external_type,
        items.item ->> 'id' as external_value,
        items.item ->> 'collection' as external_collection

    from {{ relation }} as parsed

    cross join lateral json_array_elements(
        case
            when
                parsed.external_ids like '[%'
                and strpos(parsed.external_ids, '\u0000') = 0
                then cast(parsed.external_ids as json)
        end
    ) as items (item)
{%- endmacro %}

{% macro duckdb__external_id_rows(relation, key) -%}
    select
        parsed.{{ key }},
        json_extract_string(parsed.item, '$.type') as external_type,
        json_extract_string(parsed.item, '$.id') as external_value,
        json_extract_string(parsed.item, '$.collection') as external_collection

    from (

        select
            {{ key }},
            unnest(try_cast(try_cast(external_ids as json) as json [])) as item

        from {{ relation }}

        where external_ids like '[%'

    ) as parsed
{%- endmacro %}

{% macro snowflake__external_id_rows(relation, key) -%}
    select
        parsed.{{ key }},
        cast(get(items.value, 'type') as varchar) as external_type,
        cast(get(items.value, 'id') as varchar) as external_value,
        cast(get(items.value, 'collection') as varchar) as external_collection

    from {{ relation }} as parsed,
        lateral flatten(input => try_parse_json(parsed.external_ids)) as items
{%- endmacro %}
