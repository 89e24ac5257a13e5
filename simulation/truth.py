"""Write down what is true of people, devices and sessions, for those who check."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from simulation.aftermath import Aftermath
from simulation.casting import Part
from simulation.delivery import Delivery
from simulation.erasures import Deletion
from simulation.moments import iso
from simulation.people import Person
from simulation.server_side import Alias, first_login
from simulation.sessions import Session, bug_report_id
from simulation.visits import Visit
from simulation.world import World


@dataclass(frozen=True, slots=True)
class Stay:
    """A visit and when it ended: what a device remembers of a session."""

    visit: Visit
    ended: int

    @property
    def anonymous_id(self) -> str:
        return self.visit.device.anonymous_id

    @property
    def person_id(self) -> str:
        return self.visit.person.person_id


def tell_person(
    delivery: Delivery, person: Person, sessions: Sequence[Session]
) -> None:
    """One line for the person: every identifier that is theirs."""
    login = first_login(sessions)
    at = login.identified_at if login else None
    delivery.tell(
        "person",
        person_id=person.person_id,
        user_ids=person.user_ids,
        emails=person.emails,
        anonymous_ids=[
            *dict.fromkeys(session.visit.device.anonymous_id for session in sessions)
        ],
        external_ids=dict(person.external_ids),
        account_id=person.account_id,
        logs_in=person.logs_in,
        first_login_at=iso(at) if at is not None else None,
        is_bot=Part.BOT in person.parts,
        bot_kind=person.bot_kind,
        is_staff=Part.STAFF in person.parts,
        is_chronic=Part.CHRONIC in person.parts,
        consent_denied=Part.DENIES_CONSENT in person.parts,
        sends_junk_ids=Part.JUNK_IDS in person.parts,
        region=person.region,
        erased=Part.ERASED in person.parts,
    )


def tell_session(delivery: Delivery, world: World, session: Session) -> None:
    """One line for the session: whose it is, and what went wrong on purpose."""
    visit = session.visit
    # A session that the end cuts in two has its first row in raw.
    delivered = visit.arrives or visit.started
    delivery.tell(
        "session",
        session_id=visit.session_id,
        person_id=visit.person.person_id,
        anonymous_id=visit.device.anonymous_id,
        user_id=session.user_id,
        instalment="raw" if delivered <= world.end_ms else "later",
        is_late=visit.arrives is not None,
        is_unfinished=visit.is_unfinished,
        login=visit.login,
        mood=visit.mood,
        signals=session.signals,
        identified_at=_iso_or_none(session.identified_at),
        started_at=iso(visit.started),
        ended_at=iso(session.ended),
    )
    if visit.reports_bug:
        delivery.tell(
            "bug_report",
            report_id=bug_report_id(visit),
            session_id=visit.session_id,
            person_id=visit.person.person_id,
        )


def tell_changes(
    delivery: Delivery,
    person: Person,
    *,
    aliases: Sequence[Alias],
    deletions: Sequence[Deletion],
) -> None:
    """What changed about a person."""
    for alias in aliases:
        delivery.tell(
            "alias",
            person_id=person.person_id,
            previous_id=alias.previous_id,
            user_id=alias.user_id,
            is_device=alias.is_device,
            at=iso(alias.at),
        )
    if person.email_changed_at is not None:
        delivery.tell(
            "email_change",
            person_id=person.person_id,
            previous_email=person.emails[0],
            email=person.emails[-1],
            at=iso(person.email_changed_at),
        )
    for deletion in deletions:
        delivery.tell(
            "deletion",
            person_id=person.person_id,
            deletion_request_id=deletion.request_id,
            subject_type=deletion.subject_type,
            subject_id=deletion.subject_id,
            requested_at=iso(deletion.at),
        )


def tell_aftermath(delivery: Delivery, person: Person, aftermath: Aftermath) -> None:
    """What became of a person's sessions."""
    for share in aftermath.shares:
        delivery.tell(
            "share",
            person_id=person.person_id,
            session_id=share.session_id,
            share_id=share.share_id,
            at=iso(share.at),
        )
    for newer in aftermath.replacements:
        delivery.tell(
            "replacement",
            person_id=person.person_id,
            session_id=newer.session_id,
            row_version=newer.row_version,
            change=newer.change,
            at=iso(newer.at),
        )


def tell_devices(delivery: Delivery, stays: Sequence[Stay]) -> None:
    """One line for each device: who used it, and who held it when."""
    in_order = sorted(stays, key=_order)
    for anonymous_id, group in groupby(in_order, key=lambda stay: stay.anonymous_id):
        used = list(group)
        holders = [
            _holding(person_id, [*turn])
            for person_id, turn in groupby(used, key=lambda stay: stay.person_id)
        ]
        people = [*dict.fromkeys(stay.person_id for stay in used)]
        delivery.tell(
            "device",
            anonymous_id=anonymous_id,
            people=people,
            is_shared=len(people) > 1,
            place=used[0].visit.device.place,
            holders=holders,
        )


def _order(stay: Stay) -> tuple[str, int, str]:
    return stay.anonymous_id, stay.visit.started, stay.visit.session_id


def _holding(person_id: str, turn: Sequence[Stay]) -> dict[str, str]:
    return {
        "person_id": person_id,
        "from": iso(turn[0].visit.started),
        "until": iso(max(stay.ended for stay in turn)),
    }


def _iso_or_none(moment: int | None) -> str | None:
    return None if moment is None else iso(moment)
