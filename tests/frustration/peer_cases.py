"""
Click sequences and the verdict that a tool gives on them, as raw rows and seed rows.

A folder of cases holds `frustration_cases.json` (sequences that a tool's own tests
judge, some under a setting of their own) and `rage_fuzz.jsonl` (random sequences and
the number of rage episodes that each tool's own code finds; may be gzipped). A small
folder written for this project is always read; `RELYV_CASES` names another one.
"""

import gzip
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
OUTSIDE = Path(os.environ.get("RELYV_CASES", HERE.parents[2] / "shared" / "cases"))
START = datetime.fromisoformat("2026-01-05")
SIGNALS = {"rage": "rage_click", "dead": "dead_click", "error": "error_click"}
TOOLS = ("posthog", "datadog", "mixpanel", "newrelic", "amplitude")

EVENT_TYPES = {
    "navigation": "page_view",
    "error": "js_error",
    "console_error": "console",
    "console_log": "console",
    "keydown": "input_change",
    "input": "input_change",
}
# What the recorder keeps on the click; it is no event of its own.
KEPT_ON_CLICK = ("mutation", "window_open")

Row = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A sequence, whose definition it is judged by, and what is to come of it."""

    case_id: str
    definition: str
    signal: str
    events: list[Row]
    expected: Row
    config: Row = field(default_factory=dict)

    @property
    def is_judged(self) -> bool:
        return self.signal in self.expected or "episodes" in self.expected

    def agrees(self, found: int) -> bool:
        """Tell whether so many clicks or episodes are what the tool says."""
        # A tool that has no verdict yet has not shown a signal.
        is_there = bool(self.expected.get(self.signal, found))
        return (found > 0) == is_there and found == self.expected.get("episodes", found)

    @property
    def session_row(self) -> Row:
        return {
            "session_id": self.case_id,
            "started_at": START,
            "ended_at": _at(max(event["t"] for event in self.events)),
        }

    def event_rows(self) -> Iterator[Row]:
        for number, event in enumerate(self.events):
            if event["type"] not in ("end", *KEPT_ON_CLICK):
                yield {
                    "event_id": f"{self.case_id}/{number}",
                    "session_id": self.case_id,
                    "seq": number,
                    **_what(event, self.events),
                }


def folders() -> list[Path]:
    """Where cases are, on this machine."""
    return [HERE / "cases", *([OUTSIDE] if OUTSIDE.is_dir() else [])]


def read_cases() -> list[Case]:
    """Every rage, dead and error case, each under a definition of its own."""
    return [
        Case(
            case_id=each["id"],
            definition=each["tool"],
            signal=each["signal"],
            events=each["events"],
            expected=each["expected"],
            config=each["config"],
        )
        for folder in folders()
        for each in json.loads((folder / "frustration_cases.json").read_text())
        if each["signal"] in SIGNALS
    ]


def read_random(step: int) -> list[Case]:
    """Each so-manieth random sequence, once by each tool's definition."""
    return [
        Case(
            case_id=f"{tool}:{each['id']}",
            definition=tool,
            signal="rage",
            events=each["events"],
            expected={"episodes": each["episodes"][tool]},
        )
        for folder in folders()
        for each in _some([*_lines(folder)], step)
        for tool in TOOLS
    ]


def _lines(folder: Path) -> Iterator[Row]:
    (path,) = folder.glob("rage_fuzz.jsonl*")
    with gzip.open(path, "rt") if path.suffix == ".gz" else path.open() as lines:
        yield from map(json.loads, lines)


def _at(milliseconds: int) -> datetime:
    return START + timedelta(milliseconds=milliseconds)


def _what(event: Row, events: list[Row]) -> Row:
    kind = event["type"]
    after, response = _first_response(event, events)
    at = _at(event["t"])
    return {
        "event_type": EVENT_TYPES.get(kind, kind),
        "ts": at,
        "client_ts_ms": round(at.replace(tzinfo=UTC).timestamp() * 1000),
        "x": event.get("x"),
        "y": event.get("y"),
        "target_key": event.get("target"),
        "target_label": event.get("text"),
        "button": event.get("button", 0),
        "modifiers": json.dumps(event.get("modifiers") or []),
        "first_response_ms": after,
        "first_response_kind": response,
        "console_level": {"console_error": "error", "console_log": "log"}.get(kind),
        "is_uncaught": True if kind == "error" else None,
        **_element(event),
    }


def _first_response(click: Row, events: list[Row]) -> tuple[int | None, str | None]:
    """Handlers run early: what came up to 100 ms before is an answer."""
    if click["type"] != "click":
        return None, None
    answers = (
        (event["t"] - click["t"], event["type"])
        for event in events
        if event["type"] in KEPT_ON_CLICK and event["t"] >= click["t"] - 100
    )
    return min(answers, default=(None, None))


def _element(event: Row) -> Row:
    attributes, ancestor = event.get("attrs") or {}, event.get("ancestor") or ""
    classes = (event.get("cls"), event.get("parent_class"), attributes.get("class"))
    words = " ".join(str(each) for each in classes if each).split()
    is_edited = "contenteditable" in attributes or "contenteditable" in ancestor
    tag = event.get("tag")
    return {
        "selector": "".join(f".{word}" for word in words) or None,
        "target_tag": "a" if ancestor == "a" else tag,
        "target_type": attributes.get("type"),
        "target_role": "textbox" if is_edited else attributes.get("role"),
        "href_kind": _href_kind(tag, ancestor, attributes),
    }


def _href_kind(tag: str | None, ancestor: str, attributes: Row) -> str | None:
    if tag != "a" and not ancestor.startswith("a"):
        return None
    if attributes.get("target") not in (None, "_self"):
        return "blank"
    if "download" in attributes:
        return "download"
    if str(attributes.get("href", "")).startswith("javascript:"):
        return "none"
    return "same" if "href" in attributes or "href" in ancestor else None


def _some(lines: list[Row], step: int) -> list[Row]:
    """A small folder is read whole."""
    return lines[::step] if len(lines) > 100 else lines
