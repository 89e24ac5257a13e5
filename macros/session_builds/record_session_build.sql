{% macro record_session_build() -%}
    {%- if not flags.EMPTY -%}
        insert into {{ session_builds() }}
        select
            '{{ model.unique_id }}' as node_id,
            coalesce(max(build_number), 0) as seen_build
        from {{ this }}
    {%- endif -%}
{%- endmacro %}
