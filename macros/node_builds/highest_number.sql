{% macro highest_number(column) -%}
    {#- That was ever given, be it by a build that ended half-way. -#}
    (
        select greatest(
            {{ seen_build() }}
            {%- if is_increment() -%}
                , (select coalesce(max(built.{{ column }}), 0) from {{ this }} as built)
            {%- endif -%}
            , 0
        )
    )
{%- endmacro %}
