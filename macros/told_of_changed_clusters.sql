{% macro told_of_changed_clusters(told, columns, seen_node) -%}
    {#- What was told of the identifiers whose cluster is not as it was: their numbers are
        gone, or higher than what was seen then. -#}
    select
        {%- for column in columns %}
            told.{{ column }}{{ ',' if not loop.last }}
        {%- endfor %}
    from {{ told }} as told
    where {{ is_gone_node('told.node', seen_node) }}
{%- endmacro %}
