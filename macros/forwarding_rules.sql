{% macro forwarding_rules() -%}
    {#- The graph is known only when a model runs, so a rule that is new needs no line. -#}
    {%- set rules = [] -%}
    {%- for exposure in (graph.exposures or {}).values() if execute -%}
        {%- set sync = exposure.config.meta.get('segment_sync') -%}
        {%- if sync -%}
            {%- set node = graph.nodes[exposure.depends_on.nodes[0]] -%}
            {%- set added = sync.get('added', {}) -%}
            {%- do rules.append({
                'name': exposure.name,
                'label': exposure.label or exposure.name,
                'call': sync['call'],
                'event': added.get('event'),
                'timestamp': added.get('timestamp'),
                'targets': sync.get('targets', []),
                'relation': adapter.get_relation(
                    database=node.database, schema=node.schema, identifier=node.alias
                ),
            }) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- do return(rules | sort(attribute='name')) -%}
{%- endmacro %}

{% macro forwarding_rule_rows(rules) -%}
    {%- for rule in rules %}
    select
        {{ dbt.string_literal(rule.name) }} as rule_name,
        {{ dbt.string_literal(dbt.escape_single_quotes(rule.label)) }} as rule_label,
        {{ dbt.string_literal(rule.call) }} as call_kind,
        {% if rule.event -%}
            {{ dbt.string_literal(dbt.escape_single_quotes(rule.event)) }}
        {%- else -%}
            cast(null as {{ dbt.type_string() }})
        {%- endif %} as event_name,
        {{ dbt.string_literal(rule.targets | join(', ')) }} as opted_in_targets,
        {{ dbt.string_literal(
            'not_built' if not rule.relation
            else 'events' if rule.timestamp
            else 'unknown' if rule.call == 'track'
            else 'one_per_row'
        ) }} as calls_basis,
        {{ 'true' if target.name in rule.targets else 'false' }} as is_opted_in
    {{ 'union all' if not loop.last }}
    {%- endfor %}
{%- endmacro %}

{% macro forwarding_counts(rules, days) -%}
    select
        cast(null as {{ dbt.type_string() }}) as rule_name,
        cast(null as date) as called_on,
        cast(null as bigint) as calls
    where 1 = 0
    {%- for rule in rules if rule.relation and rule.timestamp %}
    union all
    select
        {{ dbt.string_literal(rule.name) }} as rule_name,
        cast({{ rule.timestamp }} as date) as called_on,
        count(*) as calls
    from {{ rule.relation }}
    where
        {{ rule.timestamp }} < {{ as_of_day() }}
        and {{ rule.timestamp }} >= {{ dbt.dateadd('day', -30, as_of_day()) }}
    group by 1, 2
    {%- endfor %}
    {%- for rule in rules if rule.relation and rule.call != 'track' %}
    union all
    select
        {{ dbt.string_literal(rule.name) }} as rule_name,
        {{ days }}.called_on,
        rows_now.calls
    from {{ days }}
    cross join (select count(*) as calls from {{ rule.relation }}) as rows_now
    {%- endfor %}
{%- endmacro %}
