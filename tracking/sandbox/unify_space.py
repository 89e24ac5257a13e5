"""Accepted messages -> a Unify space: people and accounts, and what is told of them.

Read from the inbox when somebody asks, and only what came since the last time: who does
not ask for profiles does not pay for them.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

import orjson

from tracking.sandbox.entries import Entry, Stage
from tracking.sandbox.event_tables import event_rows
from tracking.sandbox.identifiers import Identifier, identifiers_of
from tracking.sandbox.identity_graph import IdentityGraph, Profile, Resolved
from tracking.sandbox.inbox import Inbox
from tracking.sandbox.people import Known
from tracking.sandbox.profiles_sync import Updates, user_identifiers, user_traits
from tracking.sandbox.triggers import Row, trigger_of
from tracking.unify import unify_code
from tracking.warehouse_names import TABLE_OF_CALL


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
        self._people: defaultdict[str, Known] = defaultdict(Known)
        self._accounts: defaultdict[str, Known] = defaultdict(Known)
        self._told_by: dict[Identifier, Row] = {}
        self._updates = Updates()
        self._events: list[tuple[Entry, str | None]] = []

    def person(self, identifier: Identifier) -> tuple[Profile, Known] | None:
        """The profile with this identifier."""
        self._catch_up()
        profile = self._graph.profile_of(identifier)
        return (profile, self._people[profile.segment_id]) if profile else None

    def account(self, group_id: str) -> Known | None:
        """What group calls have said of this group."""
        self._catch_up()
        return self._accounts.get(group_id)

    def accounts_of(self, profile: Profile) -> list[tuple[Identifier, Row]]:
        """The groups that a person was put into, each with the first call to say so."""
        groups = self._people[profile.segment_id].groups.items()
        groups_in_order = sorted(groups, key=lambda each: each[1]["seq"])
        return [(("group_id", group), row) for group, row in groups_in_order]

    def members_of(self, group_id: str) -> list[list[tuple[Identifier, Row]]]:
        """The identifiers of each person in a group."""
        self._catch_up()
        return [
            [(each, self._told_by[each]) for each in profile.identifiers]
            for profile in self._graph.profiles()
            if group_id in self._people[profile.segment_id].groups
        ]

    def told_by(self, identifier: Identifier) -> Row:
        """The message that brought the identifier."""
        return self._told_by[identifier]

    def table(self, name: str) -> list[Row]:
        """
        The rows of a table of Profiles Sync, one of TABLES or an event's.

        Raises:
            KeyError: There is no such table.
        """
        self._catch_up()
        match name:
            case "user_identifiers":
                return list(user_identifiers(self._owned()))
            case "user_traits":
                return list(user_traits(self._known()))
            case "profile_merges":
                return list(self._updates.merges)
            case _ if name in self._updates.tables:
                return list(self._updates.tables[name])
        rows = list(self._event_rows(name))
        if not rows and name not in TABLE_OF_CALL.values():
            raise KeyError(name)
        return rows

    def _owned(self) -> Iterator[tuple[str, Identifier, Row]]:
        for profile in self._graph.profiles():
            for each in profile.identifiers:
                yield profile.segment_id, each, self._told_by[each]

    def _known(self) -> Iterator[tuple[str, Known]]:
        for profile in self._graph.profiles():
            yield profile.segment_id, self._people[profile.segment_id]

    def _event_rows(self, name: str) -> Iterator[Row]:
        for entry, segment_id in self._events:
            rows = event_rows(
                orjson.loads(entry.message),
                segment_id=segment_id,
                source=entry.write_key_fingerprint,
            )
            yield from (row for table, row in rows if table == name)

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
        self._sequence += 1
        trigger = trigger_of(message, entry.write_key_fingerprint, self._sequence)
        group = message.get("groupId") if message["type"] == "group" else None
        if isinstance(group, str):
            self._accounts[group].learn(message, trigger)
        profile = self._resolve(message, trigger)
        self._events.append((entry, profile.segment_id if profile else None))
        if profile is None or message["type"] == "alias":
            return
        about = self._people[profile.segment_id]
        about.learn(message, trigger)
        if isinstance(group, str):
            about.groups.setdefault(group, trigger)
        if message["type"] == "identify":
            self._updates.tell(profile.segment_id, message, trigger)

    def _resolve(self, message: Mapping[str, Any], trigger: Row) -> Profile | None:
        """Whose message it is, once the graph has learned from it."""
        if message["type"] == "alias":
            # It merges nobody in Unify, and is told of whoever has the user id.
            return self._graph.profile_of(("user_id", message.get("userId", "")))
        resolved = self._graph.resolve(identifiers_of(message))
        if resolved is None:
            return None
        self._write(resolved, trigger)
        return resolved.profile

    def _write(self, resolved: Resolved, trigger: Row) -> None:
        for segment_id, canonical in resolved.points_to:
            self._updates.point(segment_id, canonical, trigger)
            if segment_id != canonical and segment_id in self._people:
                self._people[canonical].absorb(self._people.pop(segment_id))
        for identifier in resolved.added:
            self._told_by[identifier] = trigger
            self._updates.map(resolved.profile.segment_id, identifier, trigger)
