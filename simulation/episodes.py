"""What frustrates people: each episode is one intended signal, and nothing else.

Every episode stands in silence: no page view, request or scroll close by that could
count as an answer, and no click close by that could share the blame.
"""

from collections.abc import Callable
from random import Random

from simulation.catalogue import FORM_FIELDS, PAGES, Page
from simulation.fragments import fragment
from simulation.moments import SECOND
from simulation.stage import QUIET, Stage
from simulation.visits import Mood


def choose(rng: Random, mood: Mood) -> list[str]:
    """The signals of a visit in this mood."""
    if mood is Mood.IRRITATED:
        return _irritations(rng)
    if mood is Mood.MELTDOWN:
        return _meltdown(rng)
    return []


def perform(stage: Stage, page: Page, signal: str) -> None:
    """Play one episode on the open page."""
    stage.tape.wait(QUIET)
    _EPISODES[signal](stage, page)
    stage.tape.wait(QUIET)
    stage.signals[signal] += 1


def _irritations(rng: Random) -> list[str]:
    chance = rng.random()
    if chance < 0.6:
        return ["dead_click"] * (1 if chance < 0.4 else 2)
    others = ("rage_click", "rage_click", "error_click", "js_error", "slow_request")
    return [rng.choice(others)]


def _meltdown(rng: Random) -> list[str]:
    signals = ["rage_click", "error_click", "dead_click", "js_error", "network_error"]
    signals += rng.choices(
        ("rage_click", "rage_click", "dead_click", "error_click"), k=3
    )
    signals += rng.sample(("slow_request", "form_error_loop", "page_loop"), k=2)
    rng.shuffle(signals)
    return signals


def _dead_click(stage: Stage, page: Page) -> None:
    target = stage.rng.choice(page.targets)
    stage.click(target, answered=False, signal=stage.vendor_flag("dead_click"))


def _rage_click(stage: Stage, page: Page) -> None:
    """Three to seven clicks; any three in a row fit into half a second."""
    target, (x, y) = stage.rng.choice(page.targets), stage.somewhere()
    for _ in range(stage.rng.choice((2, 2, 3, 3, 4, 6))):
        stage.click(target, at=(x, y))
        stage.tape.wait(110 + int(stage.rng.random() * 120))
        x, y = x + stage.rng.choice((-1, 0, 2)), y + stage.rng.choice((-2, 0, 1))
    stage.click(target, at=(x, y), signal=stage.vendor_flag("rage_click"))


def _error_click(stage: Stage, page: Page) -> None:
    target = stage.rng.choice(page.targets)
    stage.click(target, signal=stage.vendor_flag("error_click"))
    stage.tape.wait(200 + int(stage.rng.random() * 1200))
    _js_error(stage, page)


def _js_error(stage: Stage, page: Page) -> None:
    stage.tape.add(
        "js_error",
        fragment(
            message_masked="TypeError: cannot read ***",
            error_fingerprint=f"{page.name.lower()}-{stage.rng.getrandbits(2)}",
            is_uncaught=True,
        ),
    )


def _network_error(stage: Stage, page: Page) -> None:
    status = stage.rng.choice((500, 502, 503))
    stage.request(page, status=status, duration=80 + int(stage.rng.random() * 900))


def _slow_request(stage: Stage, page: Page) -> None:
    stage.tape.wait(6 * SECOND)
    stage.request(page, status=200, duration=5_200 + int(stage.rng.random() * 4_000))


def _form_error_loop(stage: Stage, _page: Page) -> None:
    field = stage.rng.choice(FORM_FIELDS)
    for _ in range(4):
        stage.tape.add("form_error", f'{field}"message_masked":"Please check ***",')
        stage.tape.wait(3 * SECOND)


def _page_loop(stage: Stage, page: Page) -> None:
    """There and back, again and again, and each page has its time."""
    other = PAGES[0] if page is not PAGES[0] else PAGES[1]
    for turn in range(6):
        stage.open_page(page if turn % 2 else other, in_this_tab=True)
        stage.tape.wait(12 * SECOND)


_EPISODES: dict[str, Callable[[Stage, Page], None]] = {
    "dead_click": _dead_click,
    "rage_click": _rage_click,
    "error_click": _error_click,
    "js_error": _js_error,
    "network_error": _network_error,
    "slow_request": _slow_request,
    "form_error_loop": _form_error_loop,
    "page_loop": _page_loop,
}
