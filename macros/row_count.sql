{% macro row_count(relation, condition='1 = 1') -%}
    {%- call statement('count_rows', fetch_result=True) -%}
        select count(*) from {{ relation }} where {{ condition }}
    {%- endcall -%}
    {%- do return(load_result('count_rows')['data'][0][0] | int) -%}
{%- endmacro %}
