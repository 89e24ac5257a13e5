with

profile_traits as (

    select * from {{ ref('profile_traits') }}

),

custom_traits as (

    select * from {{ ref('custom_traits') }}

),

-- What leaves is what the contract lists, from either model; a unit test has none.
-- Known people only: a trait on an anonymous id would make Segment count one more
-- tracked user. Nor people whom Relyv never met, who have nothing to be told of.
known_profiles as (

    select {{ (model.columns or ['*']) | join(', ') }}  -- noqa: RF02,LT05,LT09

    from profile_traits

    left join custom_traits using (profile_id)  -- noqa: ST07

    where user_id is not null and sessions_count > 0  -- noqa: RF02

)

select * from known_profiles
