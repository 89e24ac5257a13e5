{% macro forget_changed_sets(made_from='identity_set_versions') -%}
    {#- A set that says anything else now has another version. -#}
    {{ forget_what_is_not_in(
        ref(made_from), 'set_number', condition='set_version = built.set_version'
    ) }}
{%- endmacro %}
