{% macro told_of_changed_clusters(told, columns, seen_node) -%}
    {#- What was told of the identifiers whose cluster is not as it was: their numbers are
        gone, or higher than what was seen then. They are found by the numbers alone: what
        was told is long, and wide. -#}
    select
        {%- for column in columns %}
            told.{{ column }}{{ ',' if not loop.last }}
        {%- endfor %}
    from {{ told }} as told
    where
        told.node in (
            select named.node
            from {{ told }} as named
            where {{ is_gone_node('named.node', seen_node) }}
        )
{%- endmacro %}
