{% macro frustration_thresholds(thresholds) -%}
    {#- One row: the version, and a column for each threshold that a model reads. A
        definition other than our own is part of the version's name. -#}
    {%- set definition = var('signal_definition') -%}
    select
        max(definition_version)
        {%- if definition != 'relyv_default' %} || '-{{ definition }}'{% endif %}
            as definition_version
        {%- for threshold in thresholds %},
        max(
            case when threshold = '{{ threshold }}' then threshold_value end
        ) as {{ threshold }}
        {%- endfor %}

    from {{ ref('frustration_definitions') }}
{%- endmacro %}
