{% macro record_highest(column) -%}
    {#- Never a smaller one: a number that was given once is not given again, whatever is
        deleted or refreshed in full. -#}
    {%- if not flags.EMPTY -%}
        insert into {{ session_builds() }}
        select
            '{{ model.unique_id }}' as node_id,
            coalesce(max({{ column }}), 0) as seen_build
        from {{ this }};
        delete from {{ session_builds() }}
        where
            node_id = '{{ model.unique_id }}'
            and seen_build < {{ seen_build() }}
    {%- endif -%}
{%- endmacro %}
