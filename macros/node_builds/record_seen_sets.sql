{% macro record_seen_sets() -%}
    {#- Sets are numbered by the first of them alone, and noted beside a model's own build
        by all others. -#}
    {%- set before = ['model.' ~ model.package_name ~ '.identity_set_versions'] -%}
    {%- for node in model.depends_on.nodes -%}
        {%- do before.append(node ~ ':sets') -%}
    {%- endfor -%}
    {{ record_seen_build(seen_sets(), before) }}
{%- endmacro %}
