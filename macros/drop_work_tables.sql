{% macro drop_work_tables(relations) -%}
    {%- for relation in relations -%}
        {%- call statement('drop_step') -%}
            drop table if exists {{ relation }}
        {%- endcall -%}
    {%- endfor -%}
{%- endmacro %}
