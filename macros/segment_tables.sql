{% macro segment_tables(declared) -%}
    {#- Under a unit test the source is a fixture, which stands for all schemas. -#}
    {%- set found = [] -%}
    {%- if execute and declared.is_cte -%}
        {%- do found.append({'relation': declared, 'columns': none, 'zoned': []}) -%}
    {%- elif execute -%}
        {%- for schema in var('segment_schemas') -%}
            {%- set relation = adapter.get_relation(
                database=declared.database,
                schema=schema,
                identifier=declared.identifier
            ) -%}
            {%- if relation -%}
                {%- set columns = adapter.get_columns_in_relation(relation) -%}
                {%- do found.append({
                    'relation': relation,
                    'columns': columns | map(attribute='name') | map('lower') | list,
                    'zoned': zoned_columns(columns)
                }) -%}
            {%- endif -%}
        {%- endfor -%}
    {%- endif -%}
    {%- do return(found) -%}
{%- endmacro %}
