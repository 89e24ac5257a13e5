{{ config(**session_by_session()) }}

with

events as (

    select
        event_id,
        session_id,
        profile_id,
        coalesce(tab_id, '') as tab_id,
        target_key,
        coalesce(target_key, selector, '') as target,
        lower(coalesce(target_tag, ''))
        || '[' || lower(coalesce(target_type, '')) || ']' as element,
        lower(coalesce(target_role, '')) as target_role,
        lower(trim(coalesce(target_label, ''))) as target_label,
        lower(coalesce(href_kind, '')) as href_kind,
        lower(coalesce(selector, '')) as selector,
        coalesce(cast(button as varchar(10)), '') as button,
        case
            when coalesce(modifiers, '[]') in ('[]', 'null') then '' else modifiers
        end as modifiers,
        case when is_interactive then 'true' else '' end as is_interactive,
        first_response_kind,
        first_response_ms,
        x,
        y,
        coalesce(seq, 0) as seq,
        {{ moment_ms() }} as moment_ms,
        ts as occurred_at

    from {{ ref('session_events') }}

    where
        event_type = 'click'
        and ts is not null
        and {{ is_of_changed_session() }}

),

observed_sessions as (

    select
        session_id,
        definition,
        observed_until_ms

    from {{ ref('observed_sessions') }}

),

rules as (

    select
        definition,
        signal_name,
        verdict,
        field,
        pattern

    from {{ ref('signal_target_rules') }}

),

clicks as (

    select
        events.*,
        observed_sessions.definition,
        observed_sessions.observed_until_ms

    from events

    inner join observed_sessions
        on events.session_id = observed_sessions.session_id

),

{% set fields = [
    'element', 'target_role', 'target_label', 'href_kind', 'selector', 'button',
    'modifiers', 'is_interactive',
] %}
{% set signals = ['rage_click', 'dead_click', 'error_click'] %}

-- Each kind of target is judged once, however often it is clicked.
targets as (

    select distinct
        definition,
        {{ fields | join(',\n        ') }}

    from clicks

),

rule_hits as (

    select
        targets.*,
        rules.signal_name,
        rules.verdict,
        case
            when
                case rules.field
                    {% for field in fields %}
                        when '{{ field }}' then targets.{{ field }}
                    {% endfor %}
                end like rules.pattern
                then 1
            else 0
        end as is_hit

    from targets

    left join rules
        on targets.definition = rules.definition

),

-- A target counts unless a rule ignores it, or others are watched and it is not.
verdicts as (

    select
        {% for signal in signals %}
            max(
                case
                    when signal_name = '{{ signal }}' and verdict = 'ignored'
                        then is_hit
                    else 0
                end
            ) = 0
            and coalesce(
                max(
                    case
                        when signal_name = '{{ signal }}' and verdict = 'watched'
                            then is_hit
                    end
                ),
                1
            ) = 1 as is_{{ signal }}_target,
        {% endfor %}
        definition,
        {{ fields | join(',\n        ') }}

    from rule_hits

    group by
        definition,
        {{ fields | join(',\n        ') }}

),

judged_clicks as (

    select
        clicks.event_id,
        clicks.session_id,
        clicks.profile_id,
        clicks.tab_id,
        clicks.target_key,
        clicks.target,
        clicks.definition,
        clicks.first_response_kind,
        clicks.first_response_ms,
        clicks.x,
        clicks.y,
        clicks.seq,
        clicks.moment_ms,
        clicks.observed_until_ms,
        {% for signal in signals %}
            verdicts.is_{{ signal }}_target,
        {% endfor %}
        clicks.occurred_at

    from clicks

    inner join verdicts
        on
            clicks.definition = verdicts.definition
            {% for field in fields %}
                and clicks.{{ field }} = verdicts.{{ field }}
            {% endfor %}

)

select * from judged_clicks
