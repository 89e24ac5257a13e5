{% macro url_parameter(url, name) -%}
    {#- `+` and `%20` are blanks; other escapes stay as they are. -#}
    replace(replace(nullif(
        split_part(
            split_part(
                '&' || split_part(split_part({{ url }}, '#', 1), '?', 2),
                '&{{ name }}=',
                2
            ),
            '&',
            1
        ),
        ''
    ), '+', ' '), '%20', ' ')
{%- endmacro %}
