{% macro forget_what_is_not_in(kept, column, kept_column=none, condition=none) -%}
    {#- Before a model is added to: its rows go that `kept` has none for, or none of which
        the condition is true. -#}
    {%- set kept_column = kept_column or column -%}
    {%- if is_increment() -%}
        delete from {{ this }}
        where {{ column }} in (
            select built.{{ column }}
            from {{ this }} as built
            left join {{ kept }} as kept
                on
                    built.{{ column }} = kept.{{ kept_column }}
                    {%- if condition %}
                        and kept.{{ condition }}
                    {%- endif %}
            where kept.{{ kept_column }} is null
        )
    {%- endif -%}
{%- endmacro %}
