{{ config(**session_by_session()) }}
{%- set models = {
    'dead_click': 'dead_clicks',
    'error_click': 'error_clicks',
    'form_error_loop': 'form_error_loops',
    'page_loop': 'page_loops',
    'quick_back': 'quick_backs',
    'rage_click': 'rage_clicks',
    'thrashed_cursor': 'thrashed_cursors',
} -%}
{%- set episodes = ['form_error_loop', 'page_loop', 'rage_click', 'thrashed_cursor'] -%}

with

-- One entry for each place that signals come from.
derived_signals as (

    select
        event_id,
        session_id,
        profile_id,
        signal_name,
        event_id as episode_id,
        cast(null as integer) as episode_clicks,
        occurred_at

    from {{ ref('observed_signals') }}

    where occurred_at is not null and {{ is_of_changed_session() }}

    {% for signal, model in models.items() %}
        union all

        select
            event_id,
            session_id,
            profile_id,
            '{{ signal }}' as signal_name,
            {{ 'episode_id' if signal in episodes else 'event_id' }} as episode_id,
            {{ 'cast(episode_clicks as integer)' if signal == 'rage_click'
                else 'null' }} as episode_clicks,
            occurred_at

        from {{ ref(model) }}

        where {{ is_of_changed_session() }}
    {% endfor %}

)

select * from derived_signals
