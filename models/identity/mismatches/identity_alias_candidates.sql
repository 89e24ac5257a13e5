with

claims as (

    select
        identifier_type,
        identifier_value,
        profile_id

    from {{ ref('identity_claims') }}

),

users as (

    select
        user_id,
        first_seen_at,
        last_seen_at

    from {{ ref('identity_user_sides') }}

),

mapping as (

    select
        identifier_value,
        profile_id

    from {{ ref('external_id_mapping') }}

    where identifier_type = 'user_id'

),

profiles as (

    select
        profile_id,
        user_id

    from {{ ref('profiles') }}

    where user_id is not null

),

-- A kiosk or an office's mailbox says nothing: two people alone have it in common.
pairs as (

    select
        identifier_type,
        identifier_value,
        min(profile_id) as one_profile_id,
        max(profile_id) as other_profile_id

    from claims

    group by 1, 2

    having count(*) = 2

),

both_ways as (

    select
        one_profile_id as profile_id,
        other_profile_id as next_profile_id
    from pairs

    union all

    select
        other_profile_id as profile_id,
        one_profile_id as next_profile_id
    from pairs

),

-- A person is seen from the first event of the first user id to the last of the last.
people as (

    select
        profiles.profile_id,
        profiles.user_id,
        min(users.first_seen_at) as first_seen_at,
        max(users.last_seen_at) as last_seen_at

    from profiles

    inner join mapping
        on profiles.profile_id = mapping.profile_id

    inner join users
        on mapping.identifier_value = users.user_id

    where profiles.profile_id in (select both_ways.profile_id from both_ways)

    group by 1, 2

),

-- One stopped before the other began: so it looks when an account was renamed.
successions as (

    select
        earlier.profile_id,
        earlier.user_id,
        later.profile_id as next_profile_id,
        later.user_id as next_user_id,
        earlier.first_seen_at,
        later.last_seen_at

    from both_ways

    inner join people as earlier
        on both_ways.profile_id = earlier.profile_id

    inner join people as later
        on both_ways.next_profile_id = later.profile_id

    where earlier.last_seen_at < later.first_seen_at

),

candidates as (

    select
        profile_id || ':' || next_profile_id as candidate_id,
        user_id,
        next_user_id,
        count(*) as common_identifier_count,
        first_seen_at,
        last_seen_at

    from successions

    group by 1, 2, 3, 5, 6

)

select * from candidates
