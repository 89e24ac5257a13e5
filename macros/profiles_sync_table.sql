{% macro profiles_sync_table(name, columns) -%}
    {#-
        Segment adds columns as it adds features, and a warehouse may have the older
        ones only: what is missing is a typed null. Under a unit test it is a fixture.
    -#}
    {%- set declared = source('profiles_sync', name) -%}
    {%- set relation = none -%}
    {%- if execute and not declared.is_cte -%}
        {%- set relation = adapter.get_relation(
            database=declared.database,
            schema=declared.schema,
            identifier=declared.identifier
        ) -%}
        {%- if relation is none and flags.WHICH in ('run', 'build') -%}
            {%- do exceptions.raise_compiler_error(
                "The var identity_source is 'profiles_sync', and there is no table "
                ~ declared.schema ~ '.' ~ declared.identifier
                ~ '. Name its schema in the var profiles_sync_schema.'
            ) -%}
        {%- endif -%}
    {%- endif -%}
    {%- set present = adapter.get_columns_in_relation(relation) if relation else [] -%}
    {%- set names = present | map(attribute='name') | map('lower') | list -%}
    {%- set zoned = zoned_columns(present) %}
    select
        {%- for column, type in columns.items() %}
        {%- set value = column if relation is none or column in names else 'null' %}
        cast({{ naive_utc(value) if column in zoned else value }} as {{ type }})
            as {{ column }}{{ ',' if not loop.last }}
        {%- endfor %}
    from {{ declared }}
{%- endmacro %}
