{% test unique_together(model, columns) %}
    {#- The key of a model that has no single column for it. -#}
    select {{ columns | join(', ') }}

    from {{ model }}

    group by {{ columns | join(', ') }}

    having count(*) > 1
{% endtest %}
