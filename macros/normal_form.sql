{% macro normal_form(value_format, identifier_value) -%}
    {#- One way to write a value down, by the format of its type in the seed. -#}
    case {{ value_format }}
        when 'email' then {{ normal_email(identifier_value) }}
        when 'phone' then {{ e164(identifier_value) }}
        else trim({{ identifier_value }})
    end
{%- endmacro %}
