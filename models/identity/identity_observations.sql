{{ config(**set_by_set()) }}

with

sets as (

    select
        set_key,
        set_number,
        set_version,
        user_id,
        anonymous_id,
        context_anonymous_id,
        email,
        context_email,
        {%- for trait in var('identifier_traits') %}
            id_{{ trait }},
            context_id_{{ trait }},
        {%- endfor %}
        external_ids

    from {{ ref('identity_sets') }}

    where {{ is_of_newer_set() }}

),

identifier_types as (

    select
        identifier_type,
        value_format

    from {{ ref('identifier_types') }}

),

external_ids as (

    {{ external_id_rows('sets', 'set_key') }}

),

-- Accounts have external ids too; they are not people.
named as (

    select
        set_key,
        set_number,
        set_version,
        'user_id' as identifier_type,
        user_id as identifier_value
    from sets
    where user_id is not null

    union all

    select
        set_key,
        set_number,
        set_version,
        'anonymous_id' as identifier_type,
        anonymous_id as identifier_value
    from sets
    where anonymous_id is not null

    union all

    select
        set_key,
        set_number,
        set_version,
        'anonymous_id' as identifier_type,
        context_anonymous_id as identifier_value
    from sets
    where context_anonymous_id is not null

    union all

    select
        set_key,
        set_number,
        set_version,
        'email' as identifier_type,
        email as identifier_value
    from sets
    where email is not null

    union all

    select
        set_key,
        set_number,
        set_version,
        'email' as identifier_type,
        context_email as identifier_value
    from sets
    where context_email is not null

    {% for trait, type in var('identifier_traits').items() -%}
        {% for column in ['id_' ~ trait, 'context_id_' ~ trait] -%}
            union all

            select
                set_key,
                set_number,
                set_version,
                '{{ type }}' as identifier_type,
                {{ column }} as identifier_value
            from sets
            where {{ column }} is not null

        {% endfor %}
    {%- endfor -%}

    union all

    select
        external_ids.set_key,
        sets.set_number,
        sets.set_version,
        lower(trim(external_ids.external_type)) as identifier_type,
        external_ids.external_value as identifier_value
    from external_ids
    inner join sets
        on external_ids.set_key = sets.set_key
    where coalesce(external_ids.external_collection, 'users') = 'users'

),

normal as (

    select
        named.set_key,
        named.set_number,
        named.set_version,
        named.identifier_type,
        {{ normal_form('identifier_types.value_format', 'named.identifier_value') }}
            as identifier_value

    from named

    inner join identifier_types
        on named.identifier_type = identifier_types.identifier_type

),

usable as (

    select distinct
        set_key,
        set_number,
        set_version,
        identifier_type,
        identifier_value

    from normal

    where {{ is_usable_identifier('identifier_type', 'identifier_value') }}

),

keyed as (

    select
        set_key,
        set_number,
        set_version,
        identifier_type,
        identifier_value,
        {{ identifier_key('identifier_type', 'identifier_value') }} as identifier_key

    from usable

)

select * from keyed
