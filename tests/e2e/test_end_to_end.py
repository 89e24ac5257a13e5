"""
The whole promise: raw rows in, the right traits and events at the receiver, whatever
dies on the way. The story is lived once, by commands alone; the tests look back on it.
"""

from collections.abc import Iterator, Mapping
from functools import cache

from tests.e2e.arrivals import arrived_events, named_in
from tests.e2e.commands import PROJECT
from tests.e2e.models import model_events, model_traits
from tests.e2e.oracle import Expectation, Settings, expect, read_settings
from tests.e2e.oracle.events import Event, EventKey
from tests.e2e.oracle.landed import erased_subjects
from tests.e2e.oracle.traits import Traits, told
from tests.e2e.runs import (
    assert_each_message_has_one_body,
    assert_first_run_died_in_mid_delivery,
    assert_last_run_was_silent,
    assert_moved_on_run_reports_what_arrived,
    assert_rejections_are_known,
    assert_resumed_run_reports_what_was_left,
)
from tests.e2e.story import Stop, Story
from tests.e2e.truth import assert_agrees_with_truth


def test_segment_knows_what_is_true(story: Story) -> None:
    """
    Killed in mid-delivery, resumed, and moved on: Segment ends up with what an oracle
    makes of the raw rows, with each message once, and a last run has nothing to say.
    """
    before, after = expected_at(story.settled), expected_at(story.ended)
    assert_agrees_with_truth(before, story.settled, story.truth)
    assert_agrees_with_truth(after, story.ended, story.truth, story.moves)

    assert_first_run_died_in_mid_delivery(story)
    assert story.settled.traits == before.traits
    assert story.settled.accounts == before.accounts
    assert arrived_events(story.settled.messages) == once(before.events)
    assert_resumed_run_reports_what_was_left(story)

    assert_everything_moved(story, before, after)
    assert story.ended.traits == traits_in_the_end(story, before, after)
    accounts = told(before.accounts, after.accounts)
    assert accounts.items() <= story.ended.accounts.items()
    assert arrived_events(story.ended.messages) == once(
        events_in_the_end(story, before, after)
    )
    assert_moved_on_run_reports_what_arrived(story)
    assert_rejections_are_known(story)
    assert_erased_people_were_left_alone(story)

    assert_each_message_has_one_body(story.ended)
    assert_last_run_was_silent(story)


def test_after_the_first_sync_the_state_is_the_models(story: Story) -> None:
    """
    Killed and resumed, and yet each user has the row's traits and each event its row.
    """
    assert story.settled.traits == model_traits(story.settled)
    assert arrived_events(story.settled.messages) == once(model_events(story.settled))


def test_after_the_world_moved_on_the_state_is_the_models(story: Story) -> None:
    """
    Users of the model have the row's traits, but for a score that only faded a little;
    each event stays as it was first told.
    """
    traits = told(model_traits(story.settled), model_traits(story.ended))
    events = model_events(story.ended) | model_events(story.settled)
    del traits[story.moves.wordy]
    del events["Session Started", story.moves.wordy_session]

    assert {user: story.ended.traits[user] for user in traits} == traits
    assert arrived_events(story.ended.messages) == once(events)


def expected_at(stop: Stop) -> Expectation:
    return expect(stop.landed, settings(), stop.as_of)


@cache
def settings() -> Settings:
    return read_settings(PROJECT / "seeds")


def once(events: Mapping[EventKey, Event]) -> dict[EventKey, list[Event]]:
    """Each of them once, no matter how often it was sent."""
    return {key: [event] for key, event in events.items()}


def assert_everything_moved(
    story: Story, before: Expectation, after: Expectation
) -> None:
    """Each kind of change did take place: else this test would prove less."""
    moves, came, left = story.moves, *_comings_and_goings(before, after)
    device = ("anonymous_id", moves.visitor_device)

    assert before.accounts != after.accounts
    assert told(before.traits, after.traits) != after.traits
    assert before.who.owner[device] != after.who.owner[device]
    assert {moves.visitor, moves.new_name} <= came
    assert {moves.renamed, moves.folded, moves.withdrawn, moves.erased} <= left
    owner = after.who.owner
    assert owner["user_id", moves.folded] == owner["user_id", moves.survivor]
    assert after.traits[moves.survivor] != before.traits[moves.survivor]
    assert "word" in str(after.traits[moves.wordy]["last_replay_url"])
    assert set(_filed_anew(story, before, after))


def _filed_anew(
    story: Story, before: Expectation, after: Expectation
) -> Iterator[EventKey]:
    """Events on shared devices that were an erased person's, and are somebody's now."""
    erased = erased_subjects(story.ended.landed)
    for key in before.events.keys() & after.events.keys():
        if ("user_id", before.events[key].user_id) in erased:
            yield key


def _comings_and_goings(
    before: Expectation, after: Expectation
) -> tuple[set[str], set[str]]:
    then, now = set(before.traits), set(after.traits)
    return now - then, then - now


def traits_in_the_end(
    story: Story, before: Expectation, after: Expectation
) -> dict[str, Traits]:
    """
    Who is there has today's traits; who has left, none; who was erased, yesterday's,
    since nothing may be said of them any more; and a rejected call changed nothing.
    """
    erased = erased_subjects(story.ended.landed)
    left: dict[str, Traits] = {
        user: dict(before.traits[user]) if ("user_id", user) in erased else {}
        for user in before.traits.keys() - after.traits.keys()
    }
    rejected = {story.moves.wordy: before.traits[story.moves.wordy]}
    return {**told(before.traits, after.traits), **left, **rejected}


def events_in_the_end(
    story: Story, before: Expectation, after: Expectation
) -> dict[EventKey, Event]:
    """What was told stays as it was told; what is new is told as it is now."""
    events = {**after.events, **before.events}
    del events["Session Started", story.moves.wordy_session]
    return events


def assert_erased_people_were_left_alone(story: Story) -> None:
    """Not one call about them, not even one that takes their traits away."""
    names = {value for _, value in erased_subjects(story.ended.landed)}
    since = story.ended.messages[len(story.settled.messages) :]

    assert story.moves.erased in names
    assert ("Session Started", story.moves.erased_session) not in arrived_events(since)
    assert not [line for line in since if names & named_in(line["message"])]
