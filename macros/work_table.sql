{% macro work_table(target_relation, name, step_sql) -%}
    {#- PostgreSQL plans a loop wrongly until a step's table is analyzed. -#}
    {%- set relation = target_relation.incorporate(
        path={'identifier': target_relation.identifier ~ '__' ~ name}, type='table'
    ) -%}
    {%- call statement('step') -%}
        drop table if exists {{ relation }};
        create table {{ relation }} as {{ step_sql }}
    {%- endcall -%}
    {%- do analyze_table(relation) -%}
    {%- do return(relation) -%}
{%- endmacro %}
