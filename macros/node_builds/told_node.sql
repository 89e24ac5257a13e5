{% macro told_node(name) -%}
    {#- The highest number that a model has seen which is built after this one. -#}
    {%- if not told_before(name) -%}
        {%- do return(0) -%}
    {%- endif -%}
    {%- set found = run_query(
        'select coalesce(max(seen_build), 0) as seen from ' ~ session_builds()
        ~ " where node_id = 'model." ~ model.package_name ~ '.' ~ name ~ "'"
    ) -%}
    {%- do return(found.rows[0][0] | int) -%}
{%- endmacro %}
