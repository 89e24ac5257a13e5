{% macro forget_changed_sets() -%}
    {%- set versions = ref('identity_set_versions') -%}
    {%- if is_increment() -%}
        delete from {{ this }}
        where {{ is_of_gone_set() }}
    {%- endif -%}
{%- endmacro %}
