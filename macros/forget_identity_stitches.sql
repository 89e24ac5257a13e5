{% macro forget_identity_stitches() -%}
    {#- Hashes of a suppressed person's identifiers name the person. -#}
    {%- set people = ref('stg_privacy__suppressions') -%}
    {%- if is_incremental() -%}
        delete from {{ this }}
        where
            {%- for column in ['identifier_hash', 'from_profile_id', 'to_profile_id'] %}
                {{ 'or' if not loop.first }} {{ column }} in (
                    select {{ dbt.hash(dbt.concat([
                        'subject_type', "':'", 'subject_id'
                    ])) }}
                    from {{ people }}
                )
            {%- endfor %}
    {%- endif -%}
{%- endmacro %}
