"""Play a planned visit: what the replay tool recorded and what Segment was told."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from random import Random

from simulation import episodes
from simulation.calls import BrowserCalls
from simulation.catalogue import (
    CUSTOM_EVENTS,
    FORM_FIELDS,
    PAGES,
    TRACKS,
    Page,
)
from simulation.fragments import fragment
from simulation.introductions import meet
from simulation.moments import SECOND
from simulation.stage import QUIET, Stage
from simulation.tape import Delivered, Event, Tape
from simulation.visits import Login, Mood, Visit


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """A visit that took place."""

    visit: Visit
    events: list[Event]
    calls: list[Delivered]
    paths: list[str]
    signals: Mapping[str, int]
    identified_at: int | None

    @property
    def ended(self) -> int:
        """The moment of its last event."""
        return self.events[-1].at

    @property
    def user_id(self) -> str | None:
        """The user it belongs to, as far as the replay tool was told."""
        if self.identified_at is None:
            return None
        return self.visit.person.user_id_at(self.visit.started)


def play(rng: Random, visit: Visit) -> Session:
    """Play one visit from the first page to the last."""
    tape = Tape(visit, rng)
    calls = BrowserCalls(visit, rng, skew=tape.skew)
    stage = Stage(visit=visit, rng=rng, tape=tape, calls=calls)
    identified_at = _PLAYS.get(visit.mood, _browse)(stage)
    return Session(
        visit=visit,
        events=tape.events,
        calls=calls.sent,
        paths=tape.paths,
        signals=dict(sorted(stage.signals.items())),
        identified_at=identified_at,
    )


def _browse(stage: Stage) -> int | None:
    """A person goes from page to page; their mood's episodes fall on the way."""
    rng, visit = stage.rng, stage.visit
    pages = rng.sample(PAGES, 4 if rng.random() < 0.8 else 5)
    identified_at = None
    if visit.login is Login.REMEMBERED:
        stage.calls.log_in(
            visit.person.user_id_at(visit.started), visit.person.account_id
        )
        identified_at = visit.started
    to_come = episodes.choose(rng, visit.mood)
    per_page = -(-len(to_come) // len(pages))
    for seat, page in enumerate(pages):
        stage.open_page(page)
        _look_around(stage, page)
        if seat == 1:
            identified_at = meet(stage, identified_at)
        for signal in to_come[seat * per_page : (seat + 1) * per_page]:
            episodes.perform(stage, page, signal)
        stage.pause()
    _leave(stage)
    return identified_at


def _look_around(stage: Stage, page: Page) -> None:
    """The calm part of a page: every click is answered."""
    rng, tape = stage.rng, stage.tape
    stage.pause()
    tape.add("scroll", f'"page_y":{int(rng.random() * 2400)},')
    stage.pause()
    is_touch = stage.visit.device.browser.is_touch
    tape.add("touch" if is_touch else "mouse_path")
    for target in page.targets[: 1 if rng.random() < 0.6 else 2]:
        stage.pause()
        stage.click(target)
    chance = rng.random()
    if chance < 0.35:
        stage.calls.track(tape.now, *TRACKS[int(rng.random() * len(TRACKS))])
    elif chance < 0.41:
        stage.pause()
        tape.add("input_change", FORM_FIELDS[int(rng.random() * len(FORM_FIELDS))])
    elif chance < 0.45:
        stage.pause()
        tape.add("custom", CUSTOM_EVENTS[int(rng.random() * len(CUSTOM_EVENTS))])


def _leave(stage: Stage) -> None:
    """Report a bug, perhaps, and close the tab."""
    tape = stage.tape
    if stage.visit.reports_bug:
        tape.wait(QUIET)
        tape.add(
            "bug_report",
            fragment(
                report_id=bug_report_id(stage.visit),
                report_source="widget",
                severity=stage.rng.choice(("low", "medium", "high")),
                message_masked="I cannot *** my ***",
            ),
        )
        stage.signals["bug_reported"] += 1
    tape.wait(QUIET)
    tape.add("visibility", '"properties":{"state":"hidden"},')
    tape.wait(300)
    tape.add("focus", '"properties":{"focused":false},')


def bug_report_id(visit: Visit) -> str:
    """The id of the report that this visit files."""
    return f"bug-{visit.session_id}"


def _bounce(stage: Stage) -> None:
    """Gone before anything could be judged."""
    stage.open_page(stage.rng.choice(PAGES))
    stage.tape.wait(900)
    stage.tape.add("visibility", '"properties":{"state":"hidden"},')


def _crawl(stage: Stage) -> None:
    """A bot clicks one thing after the other; a metronome's gaps never vary."""
    tape, is_even = stage.tape, stage.visit.person.bot_kind == "metronome"
    for page in stage.rng.sample(PAGES, 5):
        stage.open_page(page)
        tape.wait(2 * SECOND - tape.now % (2 * SECOND))
        for click in range(4):
            stage.click(page.targets[click % len(page.targets)])
            tape.wait(2 * SECOND if is_even else 1500 + int(stage.rng.random() * 2500))
    tape.wait(QUIET)
    tape.add("visibility", '"properties":{"state":"hidden"},')


_PLAYS: Mapping[Mood, Callable[[Stage], int | None]] = {
    Mood.BOUNCE: _bounce,
    Mood.BOT: _crawl,
}
