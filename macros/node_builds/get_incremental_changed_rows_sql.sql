{% macro get_incremental_changed_rows_sql(arg_dict) -%}
    {#- What leaves is what was numbered anew and says something else, and what is gone.
        A row that comes out as it was is not touched. -#}
    {%- set key = arg_dict.unique_key -%}
    {%- set target = arg_dict.target_relation -%}
    {%- set fresh = arg_dict.temp_relation -%}
    {%- set columns = arg_dict.dest_columns | map(attribute='quoted') | list -%}
    {%- set is_same -%}
        built.{{ key }} = fresh.{{ key }}
        {%- for column in columns %}
            and built.{{ column }} is not distinct from fresh.{{ column }}
        {%- endfor %}
    {%- endset -%}
    delete from {{ target }}
    where {{ key }} in (
        select built.{{ key }}
        from (
            select old.*
            from {{ target }} as old
            where {{ is_gone_identifier('old.' ~ key) }}
        ) as built
        left join {{ fresh }} as fresh
            on {{ is_same }}
        where fresh.{{ key }} is null
    );
    insert into {{ target }} ({{ columns | join(', ') }})
    select fresh.{{ columns | join(', fresh.') }}
    from {{ fresh }} as fresh
    left join (
        select kept.*
        from {{ target }} as kept
        where kept.{{ key }} in (select named.{{ key }} from {{ fresh }} as named)
    ) as built
        on {{ is_same }}
    where built.{{ key }} is null
{%- endmacro %}
