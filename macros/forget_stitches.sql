{% macro forget_stitches() -%}
    {#- A profile id is the hash of its identifier: that, too, would name the person. -#}
    {%- set sessions = ref('stg_relyv__suppressed_sessions') -%}
    {%- set people = ref('stg_privacy__suppressions') -%}
    {%- if is_incremental() -%}
        delete from {{ this }}
        where
            session_id in (
                select session_id from {{ sessions }}
            )
            {%- for column in ['from_profile_id', 'to_profile_id'] %}
                or {{ column }} in (
                    select {{ dbt.hash(dbt.concat([
                        'subject_type', "':'", 'subject_id'
                    ])) }}
                    from {{ people }}
                )
            {%- endfor %}
    {%- endif -%}
{%- endmacro %}
