{% macro frustration_thresholds(thresholds) -%}
    {#- One row: the version, and a column for each threshold that a model reads. -#}
    select
        max(definition_version) as definition_version
        {%- for threshold in thresholds %},
        max(
            case when threshold = '{{ threshold }}' then threshold_value end
        ) as {{ threshold }}
        {%- endfor %}

    from {{ ref('frustration_definitions') }}
{%- endmacro %}
