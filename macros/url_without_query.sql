{% macro url_without_query(url) -%}
    {#- A token that opens a page for everybody travels in the query: cut it off. -#}
    {{ dbt.split_part(url, "'?'", 1) }}
{%- endmacro %}
