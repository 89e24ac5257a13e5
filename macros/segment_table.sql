{% macro segment_table(name, own) -%}
    {#-
        Segment's warehouse destination creates a table, or a column, when it is first
        used, once per source. This fills what is missing, so that all after it is
        static. Columns of other kinds of call stay null here: a trait that happens
        to be named `event` is not one.
    -#}
    {%- set texts = [
        'id', 'user_id', 'anonymous_id', 'email', 'name', 'category', 'group_id',
        'previous_id', 'event', 'event_text', 'context_integration_name',
        'context_traits_email', 'context_anonymous_id', 'context_external_ids',
        'context_group_id', 'context_page_url', 'context_page_path',
        'context_page_referrer',
    ] -%}
    {%- set times = ['received_at', 'timestamp', 'original_timestamp', 'uuid_ts'] -%}
    {%- set kinds = [
        'email', 'name', 'category', 'group_id', 'previous_id', 'event', 'event_text',
    ] -%}
    {%- for variable in ['session_traits', 'identifier_traits'] -%}
        {%- for trait in var(variable)
            if not modules.re.match('^[a-z_][a-z0-9_]*$', trait)
        -%}
            {{ exceptions.raise_compiler_error(
                'The var ' ~ variable ~ " names '" ~ trait ~ "'. Write a trait as its "
                ~ 'column of identifies is named: small letters, digits and underscores.'
            ) }}
        {%- endfor -%}
    {%- endfor -%}
    {%- set tables = segment_tables(source('segment', name)) -%}
    {%- for table in tables or [none] %}
    {% if not loop.first %}union all{% endif %}
    select
        '{{ name }}' as call_table,
        {%- for column in texts + times %}
        {%- set present = table
            and (table.columns is none or column in table.columns)
            and (column in own or column not in kinds) %}
        {%- set value = naive_utc(column) if table and column in table.zoned else column %}
        cast({{ value if present else 'null' }} as {{
            dbt.type_timestamp() if column in times else dbt.type_string()
        }}) as {{ column }}{{ ',' if not loop.last }}
        {%- endfor %}
        {%- for trait in var('session_traits') %}
        {%- set present = table and name == 'identifies'
            and (table.columns is none or trait in table.columns) %},
        cast({{ trait if present else 'null' }} as {{ dbt.type_string() }})
            as trait_{{ trait }}
        {%- endfor %}
        {%- for trait in var('identifier_traits') %}
        {%- set context_trait = 'context_traits_' ~ trait %}
        {%- set known = table and table.columns is not none %}
        {%- set present = known and name == 'identifies' and trait in table.columns %},
        cast({{ trait if present else 'null' }} as {{ dbt.type_string() }})
            as id_{{ trait }},
        cast({{ context_trait if known and context_trait in table.columns else 'null' }}
            as {{ dbt.type_string() }}) as context_id_{{ trait }}
        {%- endfor %}
    {% if table -%}
    from {{ table.relation }}
    {%- else -%}
    where 1 = 0
    {%- endif %}
    {%- endfor %}
{%- endmacro %}
