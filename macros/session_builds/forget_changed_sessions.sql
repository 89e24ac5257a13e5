{% macro forget_changed_sessions() -%}
    {#- Those that changed, and those that are no more. -#}
    {%- set changes = ref('session_changes') -%}
    {%- if is_incremental() -%}
        delete from {{ this }}
        where session_id in (
            select built.session_id
            from {{ this }} as built
            left join {{ changes }} as changes
                on
                    built.session_id = changes.session_id
                    and changes.build_number <= {{ seen_build() }}
            where changes.session_id is null
        )
    {%- endif -%}
{%- endmacro %}
