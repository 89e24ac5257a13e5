{% macro landed_since(moment) -%}
    {#- A moment in the statement, not a query: a warehouse that knows how old each part of
        a table is reads nothing of the others. None is no moment: all has landed since. -#}
    {%- if moment -%}
        (_loaded_at >= {{ told_moment(moment) }} or _loaded_at is null)
    {%- else -%}
        1 = 1
    {%- endif -%}
{%- endmacro %}
