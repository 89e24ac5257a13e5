{{ config(**session_by_session()) }}

with

sessions as (

    select
        session_id,
        lower(user_agent) as user_agent,
        trusted_click_ratio,
        is_bot,
        webdriver

    from {{ ref('recorded_sessions') }}

    where {{ is_of_changed_session() }}

),

session_clicking as (

    select
        session_id,
        click_count,
        trusted_click_ratio,
        median_gap_ms,
        median_deviation_ms,
        is_breathless

    from {{ ref('session_clicking') }}

    where {{ is_of_changed_session() }}

),

bot_user_agents as (

    select user_agent_part

    from {{ ref('bot_user_agents') }}

),

thresholds as (

    {{ frustration_thresholds([
        'bot_trusted_click_ratio',
        'bot_steady_clicks',
        'bot_gap_variation',
        'deviation_scale',
    ]) }}

),

user_agents as (

    select distinct user_agent

    from sessions

),

scripted_user_agents as (

    select distinct user_agents.user_agent

    from user_agents

    inner join bot_user_agents
        on
            user_agents.user_agent
            like {{ dbt.concat(["'%'", 'bot_user_agents.user_agent_part', "'%'"]) }}

),

judged as (

    select
        sessions.session_id,
        case
            when sessions.is_bot then 'recorder'
            when sessions.webdriver then 'webdriver'
            when scripted_user_agents.user_agent is not null then 'user_agent'
            when
                coalesce(
                    sessions.trusted_click_ratio, session_clicking.trusted_click_ratio
                ) < thresholds.bot_trusted_click_ratio
                then 'untrusted_clicks'
            when
                session_clicking.click_count >= thresholds.bot_steady_clicks
                and thresholds.deviation_scale
                * session_clicking.median_deviation_ms
                < thresholds.bot_gap_variation * session_clicking.median_gap_ms
                then 'steady_clicks'
            when session_clicking.is_breathless then 'breathless_clicks'
        end as bot_rule

    from sessions

    cross join thresholds

    left join session_clicking
        on sessions.session_id = session_clicking.session_id

    left join scripted_user_agents
        on sessions.user_agent = scripted_user_agents.user_agent

),

bot_sessions as (

    select
        session_id,
        bot_rule

    from judged

    where bot_rule is not null

)

select * from bot_sessions
