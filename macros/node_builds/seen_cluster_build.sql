{% macro seen_cluster_build() -%}
    {#- The build of the clusters that the numbered identifiers are made of. -#}
    {%- if not is_increment() -%}
        {%- do return(0) -%}
    {%- endif -%}
    {%- set found = run_query(
        'select coalesce(max(build_number), 0) as seen from ' ~ this
    ) -%}
    {%- do return(found.rows[0][0] | int) -%}
{%- endmacro %}
