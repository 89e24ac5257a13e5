{% macro forget_sessions() -%}
    {#- A session that may not be known, or not yet by a clock that was put back, has no row
        to replace it. -#}
    {%- set suppressed = ref('stg_relyv__suppressed_sessions') -%}
    {%- if is_incremental() -%}
        delete from {{ this }}
        where session_id in (select gone.session_id from {{ suppressed }} as gone);
        delete from {{ this }}
        where
            coalesce(started_at, updated_at, _loaded_at) > {{ as_of() }}
            or coalesce(updated_at, started_at, _loaded_at) > {{ as_of() }}
    {%- endif -%}
{%- endmacro %}
