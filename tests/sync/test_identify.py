"""What an identify sync sends for each kind of change."""

import pytest

from sync.errors import IdIsRepeated
from tests.sync.world import World, rows


def test_the_first_run_sends_every_row_whole(world: World) -> None:
    """
    Nulls are sent too: a trait that is null here may be set at the receiver.
    """
    world.model(rows(("a", "u1", 1, "x"), ("b", "u2", 2, None)))

    report = world.run(world.identify())

    assert (report.counts.added, report.counts.changed, report.counts.removed) == (
        2,
        0,
        0,
    )
    sent = {message["userId"]: message["traits"] for message in world.messages()}
    assert sent == {"u1": {"score": 1, "url": "x"}, "u2": {"score": 2, "url": None}}


def test_a_second_run_sends_nothing(world: World) -> None:
    """
    What is confirmed is not sent again.
    """
    world.model(rows(("a", "u1", 1, "x")))
    world.run(world.identify())

    report = world.run(world.identify())

    assert report.counts.total == 0
    assert report.requests == 0


def test_a_changed_row_sends_the_changed_fields_alone(world: World) -> None:
    """
    A field that is absent from the call stays as it is at the receiver.
    """
    world.model(rows(("a", "u1", 1, "x")))
    world.run(world.identify())
    world.model(rows(("a", "u1", 1, None)))

    report = world.run(world.identify())

    assert report.counts.changed == 1
    assert world.messages()[-1]["traits"] == {"url": None}
    assert world.traits() == {"u1": {"score": 1}}


def test_send_all_sends_the_whole_row(world: World) -> None:
    """
    For destinations that want every trait in every call.
    """
    world.model(rows(("a", "u1", 1, "x")))
    world.run(world.identify(send="all"))
    world.model(rows(("a", "u1", 2, "x")))

    world.run(world.identify(send="all"))

    assert world.messages()[-1]["traits"] == {"score": 2, "url": "x"}


def test_a_removed_row_is_cleared(world: World) -> None:
    """
    Its traits become null, once.
    """
    world.model(rows(("a", "u1", 1, "x"), ("b", "u2", 2, "y")))
    world.run(world.identify())
    world.model(rows(("b", "u2", 2, "y")))

    report = world.run(world.identify())

    assert report.counts.removed == 1
    assert world.traits() == {"u1": {}, "u2": {"score": 2, "url": "y"}}
    assert world.run(world.identify()).counts.total == 0


def test_on_removed_ignore_makes_a_return_a_full_add(world: World) -> None:
    """
    Nothing is sent for the removal, and the whole row when it is back.
    """
    world.model(rows(("a", "u1", 1, "x"), ("b", "u2", 2, "y")))
    world.run(world.identify(on_removed="ignore"))
    world.model(rows(("b", "u2", 2, "y")))
    gone = world.run(world.identify(on_removed="ignore"))
    world.model(rows(("a", "u1", 1, "x"), ("b", "u2", 2, "y")))

    back = world.run(world.identify(on_removed="ignore"))

    assert gone.counts.total == 0
    assert back.counts.added == 1
    assert world.messages()[-1]["traits"] == {"score": 1, "url": "x"}


def test_an_id_that_changes_under_its_key_moves_whole(world: World) -> None:
    """
    The old id is cleared, and the new one gets the whole row, in that order.
    """
    world.model(rows(("a", "u1", 1, "x")))
    world.run(world.identify())
    world.model(rows(("a", "u2", 1, "x")))

    report = world.run(world.identify())

    assert (report.counts.changed, report.counts.removed) == (1, 1)
    assert world.traits() == {"u1": {}, "u2": {"score": 1, "url": "x"}}
    assert world.run(world.identify()).counts.total == 0


def test_a_key_that_changes_under_its_id_clears_nothing(world: World) -> None:
    """
    The id is still in the model, so a clear would delete what is right.
    """
    world.model(rows(("a", "u1", 1, "x")))
    world.run(world.identify())
    world.model(rows(("z", "u1", 1, "x")))

    report = world.run(world.identify())

    assert report.counts.removed == 0
    assert world.traits() == {"u1": {"score": 1, "url": "x"}}
    assert world.run(world.identify()).counts.total == 0


def test_ids_that_are_swapped_are_not_cleared(world: World) -> None:
    """
    Each id is still there, under the other key.
    """
    world.model(rows(("a", "u1", 1, "x"), ("b", "u2", 2, "y")))
    world.run(world.identify())
    world.model(rows(("a", "u2", 1, "x"), ("b", "u1", 2, "y")))

    report = world.run(world.identify())

    assert report.counts.removed == 0
    assert world.traits() == {
        "u1": {"score": 2, "url": "y"},
        "u2": {"score": 1, "url": "x"},
    }


def test_two_rows_for_one_id_are_refused(world: World) -> None:
    """
    They would overwrite each other at the receiver, now this way, now that.
    """
    world.model(rows(("a", "u1", 1, "x"), ("b", "u1", 2, "y")))

    with pytest.raises(IdIsRepeated, match="1 ids have more than one row"):
        world.run(world.identify())

    assert world.messages() == []


def test_a_small_move_alone_is_not_worth_a_call(world: World) -> None:
    """
    It is measured against the last confirmed value, so small moves add up to one call.
    """
    sync = {"significant": {"score": 5}}
    world.model(rows(("a", "u1", 10, "x")))
    world.run(world.identify(**sync))

    world.model(rows(("a", "u1", 13, "x")))
    small = world.run(world.identify(**sync))
    world.model(rows(("a", "u1", 16, "x")))
    added_up = world.run(world.identify(**sync))
    world.model(rows(("a", "u1", 18, "y")))
    carried = world.run(world.identify(**sync))
    world.model(rows(("a", "u1", 0, "y")))
    to_zero = world.run(world.identify(significant={"score": 50}))

    assert [r.counts.total for r in (small, added_up, carried, to_zero)] == [0, 1, 1, 1]
    assert [m["traits"] for m in world.messages()[1:]] == [
        {"score": 16},
        {"score": 18, "url": "y"},
        {"score": 0},
    ]


def test_a_renamed_field_is_cleared_under_its_old_name(world: World) -> None:
    """
    The mapping changed, not the data; the receiver must see both sides of it.
    """
    world.model(rows(("a", "u1", 1, "x")))
    world.run(world.identify(fields={"Score": "score", "url": "url"}))
    renamed = world.identify(fields={"points": "score", "url": "url"})

    report = world.run(renamed)

    assert report.counts.changed == 1
    assert world.traits() == {"u1": {"points": 1, "url": "x"}}
    assert (
        world.run(world.identify(fields={"points": "score", "url": "url"})).requests
        == 0
    )


def test_a_new_field_is_sent_alone_and_a_dropped_one_cleared_once(world: World) -> None:
    """
    The ledger survives a change of the model's columns.
    """
    world.model(rows(("a", "u1", 1, "x")))
    world.run(world.identify())
    world.model("select 'a' as id, 'u1' as user_id, 'x' as url, true as vip")

    report = world.run(world.identify())

    assert report.counts.changed == 1
    assert world.messages()[-1]["traits"] == {"vip": True, "score": None}
    assert world.run(world.identify()).counts.total == 0
    assert world.run(world.identify()).counts.total == 0


def test_a_field_that_changes_its_type_is_sent_again(world: World) -> None:
    """
    One call a row, and the ledger goes on.
    """
    world.model(rows(("a", "u1", 1, "x")))
    world.run(world.identify())
    world.model("select 'a' as id, 'u1' as user_id, '1' as score, 'x' as url")

    report = world.run(world.identify(), accept_guard=True)

    assert report.counts.changed == 1
    assert world.messages()[-1]["traits"] == {"score": "1"}
    assert world.run(world.identify()).counts.total == 0


def test_a_field_that_becomes_null_with_another_type_is_cleared(world: World) -> None:
    """
    The old value is not comparable any more, and still it must go.
    """
    world.model(rows(("a", "u1", 1, "x")))
    world.run(world.identify())
    world.model(
        "select 'a' as id, 'u1' as user_id, 1 as score, cast(null as date) as url"
    )

    world.run(world.identify(), accept_guard=True)

    assert world.traits() == {"u1": {"score": 1}}
    assert world.run(world.identify()).counts.total == 0


def test_a_key_and_an_id_that_change_their_type_are_the_same(world: World) -> None:
    """
    Numbers that become text: nothing is sent again, and nobody is cleared.
    """
    world.model("select 1 as id, 42 as user_id, 1 as score")
    world.run(world.identify())
    world.model(
        "select cast('1' as varchar(9)) as id, cast('42' as varchar(9)) as user_id, "
        "1 as score"
    )

    report = world.run(world.identify())

    assert report.counts.total == 0


def test_a_text_may_grow_longer(world: World) -> None:
    """
    A column of ten characters becomes one of twenty, and the ledger with it.
    """
    world.model("select 'a' as id, 'u1' as user_id, cast('ten' as varchar(10)) as word")
    world.run(world.identify())
    world.model(
        "select 'a' as id, 'u1' as user_id, "
        "cast('more than ten letters' as varchar(30)) as word"
    )

    report = world.run(world.identify())

    assert report.counts.changed == 1
    assert world.run(world.identify()).counts.total == 0


def test_initial_skip_takes_the_first_result_set_for_known(world: World) -> None:
    """
    Only what changes after it is sent.
    """
    world.model(rows(("a", "u1", 1, "x")))
    first = world.run(world.identify(initial="skip"))
    world.model(rows(("a", "u1", 2, "x"), ("b", "u2", 2, "y")))

    second = world.run(world.identify(initial="skip"))

    assert first.counts.total == 0
    assert (second.counts.added, second.counts.changed) == (1, 1)


def test_a_suppressed_person_gets_no_call_not_even_a_clear(world: World) -> None:
    """
    A clear would create again the profile that Segment was told to delete.
    """
    world.model(rows(("a", "u1", 1, "x"), ("b", "u2", 2, "y"), ("c", "u3", 3, "z")))
    world.run(world.identify())
    world.suppress("u1")
    world.model(rows(("a", "u1", 5, "x"), ("c", "u3", 3, "z")))

    report = world.run(world.identify())

    assert report.counts.removed == 1  # u2, who merely left the model
    assert [m["userId"] for m in world.messages()[3:]] == ["u2"]
    assert world.sql("select _user_id from t_ledger.people__sent") == [("u3",)]


def test_a_row_that_is_filed_under_its_key_from_now_on_leaves_its_old_id(
    world: World,
) -> None:
    """
    The exposure names another column as the id: what the old id was told is cleared.
    """
    world.model(rows(("a", "u1", 1, "x"), ("b", "u2", 2, "y")))
    world.run(world.identify(fields=["score"]))

    report = world.run(world.identify(fields=["score"], user_id="id"))

    assert report.counts.removed == 2
    assert world.traits() == {"a": {"score": 1}, "b": {"score": 2}, "u1": {}, "u2": {}}


def test_a_row_that_is_filed_under_its_key_is_cleared_when_it_left(
    world: World,
) -> None:
    """
    There is no other row for its id to be found in.
    """
    filed = {"fields": ["score"], "user_id": "id"}
    world.model(rows(("a", "u1", 1, "x"), ("b", "u2", 2, "y")))
    world.run(world.identify(**filed))
    world.model(rows(("b", "u2", 2, "y")))

    report = world.run(world.identify(**filed))

    assert report.counts.removed == 1
    assert world.traits() == {"a": {}, "b": {"score": 2}}
