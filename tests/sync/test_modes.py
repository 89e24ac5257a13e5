"""What each mode makes of a row that is added, changed and removed.

One table: read a line as "in this mode, this change is this call". The fields are
renamed by the mapping in all of them.
"""

from typing import Any

import pytest

from sync import Sync
from tests.sync.world import World, rows

MODES: dict[str, dict[str, Any]] = {
    "identify": {"call": "identify"},
    "identify, whole": {"call": "identify", "send": "all"},
    "identify, ignore": {"call": "identify", "on_removed": "ignore"},
    "group": {"call": "group", "group_id": "id"},
    "track": {
        "call": "track",
        "added": {"event": "Made"},
        "changed": {"event": "Altered", "previous": "before"},
        "removed": {"event": "Gone"},
    },
    "track, added only": {"call": "track", "added": {"event": "Made"}},
    "track, later changes only": {
        "call": "track",
        "changed": {"event": "Altered"},
        "removed": {"event": "Gone"},
    },
    "audience": {"call": "audience"},
    "audience, named": {
        "call": "audience",
        "entered": {"event": "Joined"},
        "exited": {"event": "Left"},
    },
    "audience, ignore": {"call": "audience", "on_removed": "ignore"},
    "audience as a trait": {"call": "audience", "trait": "vip", "fields": "all"},
}

# Row `c` comes, with 3 points; `a` goes from 1 to 5 points; `b`, with 2, leaves.
ADDED = {"Points": 3, "Link": "z"}
CHANGED = {"Points": 5, "Link": "x"}
REMOVED = {"Points": 2, "Link": "y"}
CLEARED = {"Points": None, "Link": None}
KEY = {"audience_key": "people"}

CALLS: list[tuple[str, Any, Any, Any]] = [
    # mode, added, changed, removed
    (
        "identify",
        ("identify", ADDED),
        ("identify", {"Points": 5}),
        ("identify", CLEARED),
    ),
    (
        "identify, whole",
        ("identify", ADDED),
        ("identify", CHANGED),
        ("identify", CLEARED),
    ),
    ("identify, ignore", ("identify", ADDED), ("identify", {"Points": 5}), None),
    ("group", ("group", ADDED), ("group", {"Points": 5}), ("group", CLEARED)),
    (
        "track",
        ("Made", ADDED),
        ("Altered", CHANGED | {"before": {"Points": 1}}),
        ("Gone", REMOVED),
    ),
    ("track, added only", ("Made", ADDED), None, None),
    ("track, later changes only", None, ("Altered", CHANGED), ("Gone", REMOVED)),
    (
        "audience",
        ("Segment Entered", KEY | ADDED),
        None,
        ("Segment Exited", KEY | REMOVED),
    ),
    ("audience, named", ("Joined", KEY | ADDED), None, ("Left", KEY | REMOVED)),
    ("audience, ignore", ("Segment Entered", KEY | ADDED), None, None),
    (
        "audience as a trait",
        ("identify", {"vip": True}),
        None,
        ("identify", {"vip": False}),
    ),
]

BEFORE = rows(("a", "u1", 1, "x"), ("b", "u2", 2, "y"))
AFTER = rows(("a", "u1", 5, "x"), ("c", "u3", 3, "z"))


def sync_of(world: World, mode: str, **settings: Any) -> Sync:
    block = {
        "fields": {"Points": "score", "Link": "url"},
        "guard": {"removed_percent": 100},
    }
    return world.sync(**(block | MODES[mode] | settings))


def said(message: dict[str, Any]) -> tuple[str, Any]:
    """The event's name, or the call's, and what is said of the row."""
    name = message.get("event") or message["type"]
    return name, message.get("properties", message.get("traits"))


@pytest.mark.parametrize("initial", ["send", "skip"])
@pytest.mark.parametrize(
    ("mode", "added", "changed", "removed"), CALLS, ids=[call[0] for call in CALLS]
)
def test_each_change_is_the_call_of_its_mode(
    world: World, mode: str, added: Any, changed: Any, removed: Any, initial: Any
) -> None:
    """
    With the first result set sent, or taken as known; and each says that it is ours, so
    that it is known when Segment brings it back.
    """
    world.model(BEFORE)
    sync = sync_of(world, mode, initial=initial)
    first = world.run(sync)
    before = len(world.messages())
    world.model(AFTER)

    world.run(sync)

    wanted = {"u3": added, "u1": changed, "u2": removed}
    found = {m["userId"]: said(m) for m in world.messages()[before:]}
    assert found == {user: call for user, call in wanted.items() if call}
    senders = {m["context"]["integration"]["name"] for m in world.messages()}
    assert senders <= {"relyv-segment"}
    is_told = initial == "send" and added is not None
    assert first.counts.total == (2 if is_told else 0)
    assert world.run(sync).counts.total == 0


def test_a_group_call_names_the_group_and_who_told_of_it(world: World) -> None:
    """
    Another teller is no news of the account; another account id is.
    """
    world.model(rows(("g1", "u1", 1, "x")))
    world.run(sync_of(world, "group"))
    world.model(rows(("g1", "u2", 1, "x")))
    assert world.run(sync_of(world, "group")).counts.total == 0
    (message,) = world.messages()
    assert (message["groupId"], message["userId"]) == ("g1", "u1")


@pytest.mark.parametrize("mode", ["audience", "audience as a trait"])
def test_a_member_whose_key_changes_neither_leaves_nor_enters(
    world: World, mode: str
) -> None:
    """
    Membership is the person's, whatever the row's key; two may swap, too.
    """
    world.model(rows(("a", "u1", 1, "x"), ("b", "u2", 2, "y")))
    world.run(sync_of(world, mode))
    world.model(rows(("z", "u1", 1, "x"), ("b", "u2", 2, "y")))
    renamed = world.run(sync_of(world, mode))
    world.model(rows(("z", "u2", 1, "x"), ("b", "u1", 2, "y")))
    swapped = world.run(sync_of(world, mode))
    world.model(rows(("z", "u2", 1, "x"), ("b", "u3", 2, "y")))

    moved = world.run(sync_of(world, mode))

    assert (renamed.counts.total, swapped.counts.total) == (0, 0)
    assert (moved.counts.removed, moved.counts.changed) == (1, 1)
    assert [m["userId"] for m in world.messages()[2:]] == ["u1", "u3"]
    assert world.run(sync_of(world, mode)).counts.total == 0


@pytest.mark.parametrize("mode", ["identify", "track", "audience"])
def test_a_key_of_several_columns_and_a_person_without_an_account(
    world: World, mode: str
) -> None:
    """
    Rows with one part of the key in common are two rows; an anonymous id is enough.
    """
    names = "id, part, anon, score, url"
    ids = {"key": ["id", "part"], "user_id": None, "anonymous_id": "anon"}
    world.model(rows(("a", "1", "x1", 1, "x"), ("a", "2", "x2", 2, "y"), names=names))
    sync = sync_of(world, mode, **ids)
    world.run(sync)
    world.model(rows(("a", "1", "x1", 1, "x"), ("a", "3", "x3", 2, "y"), names=names))

    report = world.run(sync_of(world, mode, **ids))

    assert (report.counts.added, report.counts.removed) == (1, 1)
    assert {m["anonymousId"] for m in world.messages()} == {"x1", "x2", "x3"}
    assert not any(m.get("userId") for m in world.messages())


def test_an_anonymous_id_that_changes_gets_the_whole_row(world: World) -> None:
    """
    It is another profile, which knows nothing of the row yet.
    """
    ids = {"user_id": None, "anonymous_id": "user_id"}
    world.model(rows(("a", "x1", 1, "x")))
    world.run(sync_of(world, "identify", **ids))
    world.model(rows(("a", "x2", 1, "x")))

    world.run(sync_of(world, "identify", **ids))

    assert [(m["anonymousId"], said(m)[1]) for m in world.messages()[1:]] == [
        ("x1", CLEARED),
        ("x2", {"Points": 1, "Link": "x"}),
    ]


def test_times_and_ids_of_their_own_for_each_kind_of_change(world: World) -> None:
    """
    The message id of a later change has the plan behind it: each is another message.
    """
    events = {
        kind: {"event": kind, "timestamp": f"{kind}_at", "message_id": "url"}
        for kind in ("added", "changed", "removed")
    }

    def model(score: int) -> str:
        days = ", ".join(
            f"timestamp '2026-01-0{day} 12:00:00' as {kind}_at"
            for day, kind in enumerate(events, start=1)
        )
        literal = rows(("a", "u1", score, "mine"))
        return f"select people.*, {days} from ({literal}) as people"

    sync_settings = {"fields": ["score"], **events}
    for score in (1, 2, 3):
        world.model(model(score))
        world.run(sync_of(world, "track", **sync_settings))
    world.model(f"{model(3)} where false")
    world.run(sync_of(world, "track", **sync_settings), accept_guard=True)

    sent = world.messages()
    ids = [message["messageId"] for message in sent]
    assert ids[0] == "mine"
    assert [i.rsplit("-", 1)[0] for i in ids[1:]] == [
        "mine-changed",
        "mine-changed",
        "mine-removed",
    ]
    assert len(set(ids)) == 4
    assert [m["originalTimestamp"][:10] for m in sent] == [
        "2026-01-01",
        "2026-01-02",
        "2026-01-02",
        "2026-01-03",
    ]


def test_context_carries_ids_consent_and_what_is_configured(world: World) -> None:
    """
    In the shapes that Segment reads; an id that is null is left out.
    """
    names = "id, user_id, crm, mail, score"
    world.model(
        "select people.*, people.score > 1 as ads from ("
        + rows(("a", "u1", "c1", " X@x.io", 1), ("b", "u2", None, "y", 2), names=names)
        + ") as people"
    )
    sync = world.identify(
        fields=["score"],
        external_ids=[
            {"id": "crm", "type": "crm_id"},
            {"id": "mail", "type": "email_sha256"},
        ],
        personal={"mail": "hash"},
        consent={"categories": {"Advertising": "ads"}},
        integrations={"All": False, "Braze": True},
        context={"locale": "en"},
        active=False,
    )

    world.run(sync)

    sent = {message["userId"]: message for message in world.messages()}
    context = sent["u1"]["context"]
    assert context["externalIds"] == [
        {"id": "c1", "type": "crm_id", "collection": "users", "encoding": "none"},
        {
            # printf x@x.io | sha256sum
            "id": "ed0cdaf9ee308c6b7c34a8f2cf6b987ef7dbba3845dc0e1d45a8d96b03a964f8",
            "type": "email_sha256",
            "collection": "users",
            "encoding": "none",
        },
    ]
    assert context["consent"] == {"categoryPreferences": {"Advertising": False}}
    assert (context["active"], context["locale"]) == (False, "en")
    assert sent["u1"]["integrations"] == {"All": False, "Braze": True}
    others = sent["u2"]["context"]
    assert [each["type"] for each in others["externalIds"]] == ["email_sha256"]
    assert others["consent"] == {"categoryPreferences": {"Advertising": True}}


def test_a_new_external_id_is_news_of_the_person(world: World) -> None:
    """
    Unify learns of it from the next call, so there is one.
    """
    ids = {"external_ids": [{"id": "url", "type": "crm_id"}], "fields": ["score"]}
    world.model(rows(("a", "u1", 1, None)))
    world.run(world.identify(**ids))
    world.model(rows(("a", "u1", 1, "c1")))

    report = world.run(world.identify(**ids))

    assert report.counts.changed == 1
    message = world.messages()[-1]
    assert message["traits"] == {}
    assert message["context"]["externalIds"][0]["id"] == "c1"
