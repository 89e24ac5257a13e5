{% macro drop_work_tables(relations) -%}
    {%- if relations -%}
        {%- call statement('drop_step') -%}
            {%- for relation in relations %}
                drop table if exists {{ relation }};
            {%- endfor %}
        {%- endcall -%}
    {%- endif -%}
{%- endmacro %}
