"""Accepted messages -> a Unify space: profiles, and the tables of Profiles Sync.

Read from the inbox when somebody asks, and only what came since the last time: who does
not ask for profiles does not pay for them.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson

from tracking.sandbox.identifiers import Identifier, identifiers_of, mapping
from tracking.sandbox.identity_graph import IdentityGraph, Profile, Resolved
from tracking.sandbox.inbox import Entry, Inbox, Stage
from tracking.unify import unify_code

Row = dict[str, Any]

RAW_TABLES = (
    "id_graph_updates",
    "external_id_mapping_updates",
    "profile_traits_updates",
)
MATERIALISED_TABLES = ("user_identifiers", "user_traits", "profile_merges")


@dataclass(frozen=True, slots=True, kw_only=True)
class Trait:
    """A trait as it stands, and which message last said so."""

    value: Any
    told_by: Row


@dataclass(slots=True, kw_only=True)
class Account:
    """What is known of one group or one person, beside their identifiers."""

    traits: dict[str, Trait] = field(default_factory=dict)
    events: list[Row] = field(default_factory=list)
    groups: dict[str, Row] = field(default_factory=dict)
    first: Row = field(default_factory=dict)
    last: Row = field(default_factory=dict)


class UnifySpace:
    """The people and accounts that the messages of one inbox are about."""

    def __init__(self, inbox: Inbox) -> None:
        self._inbox = inbox
        self._begin()

    def _begin(self) -> None:
        self._deletions = self._inbox.deletions
        self._read = 0
        self._sequence = 0
        self._graph = IdentityGraph()
        self._known: defaultdict[str, Account] = defaultdict(Account)
        self._groups: defaultdict[str, Account] = defaultdict(Account)
        self._told_by: dict[Identifier, Row] = {}
        self._raw: dict[str, list[Row]] = {name: [] for name in RAW_TABLES}
        self._merges: list[Row] = []

    def person(self, identifier: Identifier) -> tuple[Profile, Account] | None:
        """The profile with this identifier."""
        self._catch_up()
        profile = self._graph.profile_of(identifier)
        return (profile, self._known[profile.segment_id]) if profile else None

    def account(self, group_id: str) -> Account | None:
        """What group calls have said of this group."""
        self._catch_up()
        return self._groups.get(group_id)

    def accounts_of(self, profile: Profile) -> list[tuple[Identifier, Row]]:
        """The groups that a person was put into, each with the first call to say so."""
        groups = self._known[profile.segment_id].groups.items()
        groups_in_order = sorted(groups, key=lambda each: each[1]["seq"])
        return [(("group_id", group), row) for group, row in groups_in_order]

    def members_of(self, group_id: str) -> list[list[tuple[Identifier, Row]]]:
        """The identifiers of each person in a group."""
        self._catch_up()
        return [
            [(each, self._told_by[each]) for each in profile.identifiers]
            for profile in self._graph.profiles()
            if group_id in self._known[profile.segment_id].groups
        ]

    def told_by(self, identifier: Identifier) -> Row:
        """The message that brought the identifier."""
        return self._told_by[identifier]

    def table(self, name: str) -> list[Row]:
        """
        A table of Profiles Sync, as rows.

        Raises:
            KeyError: There is no such table.
        """
        self._catch_up()
        tables = {
            **self._raw,
            "user_identifiers": self._user_identifiers(),
            "user_traits": self._user_traits(),
            "profile_merges": self._merges,
        }
        return list(tables[name])

    def _catch_up(self) -> None:
        if self._deletions != self._inbox.deletions:
            self._begin()
        entries = self._inbox.entries
        while self._read < len(entries):
            entry = entries[self._read]
            self._read += 1
            if entry.stage is Stage.ACCEPTED:
                self._fold(entry)

    def _fold(self, entry: Entry) -> None:
        message = orjson.loads(entry.message)
        if unify_code(message):
            return
        row = self._row(message, entry.write_key_fingerprint)
        group = message.get("groupId") if message["type"] == "group" else None
        if isinstance(group, str):
            _learn(self._groups[group], message, row)
        # An alias merges nobody in Unify.
        is_alias = message["type"] == "alias"
        resolved = None if is_alias else self._graph.resolve(identifiers_of(message))
        if resolved is None:
            return
        self._write_graph(resolved, row)
        about = self._known[resolved.profile.segment_id]
        _learn(about, message, row)
        if isinstance(group, str):
            about.groups.setdefault(group, row)
        if message["type"] == "identify":
            traits = mapping(message.get("traits"))
            self._raw["profile_traits_updates"].append(
                {"segment_id": resolved.profile.segment_id, **row, **traits}
            )

    def _write_graph(self, resolved: Resolved, row: Row) -> None:
        canonical = resolved.profile.segment_id
        for segment_id, target in resolved.points_to:
            points = {"segment_id": segment_id, "canonical_segment_id": target, **row}
            self._raw["id_graph_updates"].append(points)
            if segment_id != target:
                self._merges.append(points)
                self._move(segment_id, target)
        for kind, value in resolved.added:
            self._told_by[kind, value] = row
            self._raw["external_id_mapping_updates"].append(
                {
                    "id": f"{canonical}-{row['seq']}-{kind}",
                    "segment_id": canonical,
                    "external_id_type": kind,
                    "external_id_value": value,
                    "external_id_hash": external_id_hash(kind, value),
                    **row,
                }
            )

    def _move(self, merged: str, canonical: str) -> None:
        """Of two that say something different, the later one is right."""
        if (old := self._known.pop(merged, None)) is None:
            return
        into = self._known[canonical]
        for name, trait in old.traits.items():
            mine = into.traits.get(name)
            if mine is None or mine.told_by["seq"] < trait.told_by["seq"]:
                into.traits[name] = trait
        for group, row in old.groups.items():
            joined = into.groups.get(group)
            if joined is None or row["seq"] < joined["seq"]:
                into.groups[group] = row
        into.events = sorted([*into.events, *old.events], key=lambda row: row["seq"])
        if old.first and old.first["seq"] < into.first.get("seq", self._sequence):
            into.first = old.first

    def _row(self, message: Mapping[str, Any], source: str) -> Row:
        self._sequence += 1
        received = message["receivedAt"]
        return {
            "seq": self._sequence,
            "timestamp": message.get("timestamp"),
            "received_at": received,
            "uuid_ts": received,
            "triggering_event_id": message["messageId"],
            "triggering_event_name": message.get("event"),
            "triggering_event_type": message["type"],
            "triggering_event_source_id": source,
            "triggering_event_source_name": source,
            "triggering_event_source_slug": source,
        }

    def _user_identifiers(self) -> Iterator[Row]:
        for profile in self._graph.profiles():
            for kind, value in profile.identifiers:
                yield {
                    "canonical_segment_id": profile.segment_id,
                    "type": kind,
                    "value": value,
                    **_moment(self._told_by[kind, value]),
                }

    def _user_traits(self) -> Iterator[Row]:
        for profile in self._graph.profiles():
            for name, trait in self._known[profile.segment_id].traits.items():
                if trait.value is not None:
                    yield {
                        "canonical_segment_id": profile.segment_id,
                        "name": name,
                        "value": trait.value,
                        **_moment(trait.told_by),
                    }


def external_id_hash(kind: str, value: str) -> str:
    """As Segment's documentation builds it."""
    # Not a secret: the name of a row.
    return hashlib.sha1(f"{kind}{value}".encode()).hexdigest()  # noqa: S324


def _learn(about: Account, message: Mapping[str, Any], row: Row) -> None:
    about.first = about.first or row
    about.last = row
    if message["type"] in ("identify", "group"):
        # A null stays, as the news that there is no value; nobody is shown it.
        for name, value in mapping(message.get("traits")).items():
            about.traits[name] = Trait(value=value, told_by=row)
    elif message["type"] == "track":
        properties = mapping(message.get("properties"))
        about.events.append({**row, "properties": properties})


def _moment(row: Row) -> Row:
    return {name: row[name] for name in ("seq", "received_at", "uuid_ts", "timestamp")}
