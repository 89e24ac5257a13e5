{% macro zoned_columns(columns) -%}
    {#- Segment's own destination writes times with a zone where there are such. -#}
    {%- set found = [] -%}
    {%- for column in columns
        if column.dtype | lower in [
            'timestamp with time zone', 'timestamptz', 'timestamp_tz', 'timestamp_ltz'
        ]
    -%}
        {%- do found.append(column.name | lower) -%}
    {%- endfor -%}
    {%- do return(found) -%}
{%- endmacro %}
