{% macro get_incremental_changed_rows_sql(arg_dict) -%}
    {#- What leaves is what was numbered anew and says something else, and what is gone.
        A row that comes out as it was is not touched. -#}
    {%- set key = arg_dict.unique_key -%}
    {%- set target = arg_dict.target_relation -%}
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
        from {{ target }} as built
        left join {{ ref('identity_identifiers') }} as identifiers
            on
                built.{{ key }} = identifiers.identifier_hash
                and identifiers.node <= {{ seen_number() }}
        left join {{ arg_dict.temp_relation }} as fresh
            on {{ is_same }}
        where
            identifiers.identifier_hash is null
            and fresh.{{ key }} is null
    );
    insert into {{ target }} ({{ columns | join(', ') }})
    select fresh.{{ columns | join(', fresh.') }}
    from {{ arg_dict.temp_relation }} as fresh
    left join {{ target }} as built
        on {{ is_same }}
    where built.{{ key }} is null
{%- endmacro %}
