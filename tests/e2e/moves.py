"""How the world moves on: lines that make sure that each kind of change takes place.

Whom they happen to is picked by the truth file, so that nothing else happens to the
same people; the simulated later day goes on around them.
"""

import gzip
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

Line = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Truth:
    """The truth file, by the kind of its lines."""

    people: dict[str, Line]
    sessions: list[Line]
    devices: dict[str, Line]
    aliases: list[Line]
    deletions: list[Line]
    replacements: list[Line]
    email_changes: list[Line]


@dataclass(frozen=True, slots=True, kw_only=True)
class Moves:
    """
    Who moved.

    Attributes:
        visitor_device: A device that nobody had logged in on, until now.
        visitor: The user id that logs in there.
        renamed, new_name: A user's id gives way to one that was never seen.
        folded, survivor: A user's id turns out to be another user.
        withdrawn: A user who takes back the consent to all their recordings.
        erased: A user who asks to be forgotten.
        erased_session: A session of theirs that arrives all the same.
        wordy: A user whose newest replay has an address that Segment would not take.
        wordy_session: The session with that replay.
    """

    visitor_device: str
    visitor: str
    renamed: str
    new_name: str
    folded: str
    survivor: str
    withdrawn: str
    erased: str
    erased_session: str
    wordy: str
    wordy_session: str


def read_truth(world: Path) -> Truth:
    """Read what the simulator says is so."""
    by_kind: dict[str, list[Line]] = {}
    for line in _read(world / "truth.jsonl.gz"):
        by_kind.setdefault(line["kind"], []).append(line)
    return Truth(
        people={line["person_id"]: line for line in by_kind["person"]},
        sessions=by_kind["session"],
        devices={line["anonymous_id"]: line for line in by_kind["device"]},
        aliases=by_kind["alias"],
        deletions=by_kind["deletion"],
        replacements=by_kind["replacement"],
        email_changes=by_kind["email_change"],
    )


def move_on(world: Path, truth: Truth, end: datetime, users: Iterable[str]) -> Moves:
    """
    Write what happens to a few of `users` on the day after `end`, as a file to land.
    """
    quiet = _Quiet(truth)
    known = {line["user_ids"][0]: line for line in quiet.known_people()}
    names = [user for user in known if user in set(users)]
    renamed, folded, survivor, withdrawn, erased, wordy = names[:6]
    moves = Moves(
        visitor_device=quiet.unnamed_device(),
        visitor="logs-in-at-last",
        renamed=renamed,
        new_name="has-a-new-name",
        folded=folded,
        survivor=survivor,
        withdrawn=withdrawn,
        erased=erased,
        erased_session="comes-back-once-more",
        wordy=wordy,
        wordy_session="session-of-many-words",
    )
    pen = _Pen(end)
    lines = [
        pen.call("identify", userId=moves.visitor, anonymousId=moves.visitor_device),
        pen.call("alias", userId=moves.new_name, previousId=renamed),
        pen.call("alias", userId=survivor, previousId=folded),
        *pen.withdrawals(world, quiet.sessions_of(known[withdrawn])),
        *pen.erasures(known[erased]),
        pen.session(moves.erased_session, known[erased], url="https://r.example/s/1"),
        pen.session(
            moves.wordy_session,
            known[wordy],
            url=f"https://r.example/s/{'word' * 10_000}",
        ),
    ]
    (world / "moves.jsonl").write_text(
        "".join(f"{json.dumps(line)}\n" for line in lines)
    )
    return moves


class _Quiet:
    """People to whom nothing happens after the end, on devices of their own."""

    def __init__(self, truth: Truth) -> None:
        self._truth = truth
        changed = [truth.aliases, truth.deletions, truth.email_changes]
        self._busy = {line["person_id"] for lines in changed for line in lines}
        later = {line["session_id"] for line in truth.replacements}
        for session in truth.sessions:
            if session["instalment"] == "later" or session["session_id"] in later:
                self._busy.add(session["person_id"])

    def known_people(self) -> Iterator[Line]:
        for person in self._people():
            if person["first_login_at"] and len(person["user_ids"]) == 1:
                yield person

    def unnamed_device(self) -> str:
        """The device of somebody who never gave a name, not even an e-mail address."""
        return next(
            str(person["anonymous_ids"][0])
            for person in self._people()
            if person["logs_in"] == "never" and not person["emails"]
        )

    def sessions_of(self, person: Line) -> set[str]:
        return {
            session["session_id"]
            for session in self._truth.sessions
            if session["person_id"] == person["person_id"]
        }

    def _people(self) -> Iterator[Line]:
        odd = ("is_bot", "is_staff", "consent_denied", "sends_junk_ids", "erased")
        for person in self._truth.people.values():
            devices = [self._truth.devices[each] for each in person["anonymous_ids"]]
            if (
                person["person_id"] not in self._busy
                and not any(person[trait] for trait in odd)
                and not any(device["place"] for device in devices)
                and not any(device["is_shared"] for device in devices)
            ):
                yield person


class _Pen:
    """Writes lines of the day after the end, each a minute after the last."""

    def __init__(self, end: datetime) -> None:
        self._now = end + timedelta(hours=13)

    def call(self, kind: str, **names: str) -> Line:
        at = self._next()
        return {
            "type": kind,
            "messageId": f"{kind}-{at}",
            **names,
            "context": {"library": {"name": "test", "version": "1"}},
            "timestamp": at,
            "originalTimestamp": at,
            "sentAt": at,
            "receivedAt": at,
        }

    def erasures(self, person: Line) -> Iterator[Line]:
        kinds = {
            "user_id": "user_ids",
            "anonymous_id": "anonymous_ids",
            "email": "emails",
        }
        for kind, names in kinds.items():
            for subject in person[names]:
                at = self._next()
                yield {
                    "deletion_request_id": f"please-{at}",
                    "subject_type": kind,
                    "subject_id": subject,
                    "requested_at": at,
                }

    def withdrawals(self, world: Path, session_ids: set[str]) -> Iterator[Line]:
        """A newer version of each session's row, with a consent that is no more."""
        rows = {}
        for row in _read(world / "raw" / "relyv_sessions.jsonl.gz"):
            if row["session_id"] in session_ids:
                rows[row["session_id"]] = row
        for row in rows.values():
            yield row | {
                "consent_status": "withdrawn",
                "row_version": row["row_version"] + 1,
                "updated_at": self._next(),
            }

    def session(self, session_id: str, person: Line, *, url: str) -> Line:
        started, ended = self._next(), self._next()
        return {
            "session_id": session_id,
            "region": person["region"],
            "anonymous_id": person["anonymous_ids"][0],
            "user_id": person["user_ids"][0],
            "identified_at": started,
            "started_at": started,
            "ended_at": ended,
            "last_event_at": ended,
            "is_complete": True,
            "duration_ms": 60_000,
            "click_count": 3,
            "entry_url": "https://shop.example/?coupon=secret",
            "recording_status": "recorded",
            "replay_url": url,
            "consent_status": "granted",
            "row_version": 1,
            "updated_at": self._next(),
        }

    def _next(self) -> str:
        self._now += timedelta(minutes=1)
        return self._now.isoformat(timespec="milliseconds") + "Z"


def _read(path: Path) -> Iterator[Line]:
    with gzip.open(path, "rt") as file:
        yield from map(json.loads, file)
