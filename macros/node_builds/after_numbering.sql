{% macro after_numbering(materialized='table') -%}
    {#- The config of a small model that is built in full, and says what it has seen: those
        that follow have not seen more. -#}
    {{ return({
        'materialized': materialized,
        'post_hook': '{{ record_seen_build() }}',
    }) }}
{%- endmacro %}
