{% macro seen_sets() -%}
    {#- The name under which a model's build of sets stands in `session_builds`: beside its
        own, which may be the number of a cluster or of an identifier. -#}
    {{ return(model.unique_id ~ ':sets') }}
{%- endmacro %}
