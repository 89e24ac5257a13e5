"""Where a session is played: its tape, its calls, its dice, and what went wrong."""

from collections import Counter
from dataclasses import dataclass, field
from random import Random

from simulation import rates
from simulation.calls import BrowserCalls
from simulation.catalogue import Page, Target
from simulation.fragments import fragment
from simulation.moments import SECOND
from simulation.tape import Tape
from simulation.visits import Visit

QUIET = 4 * SECOND  # around an episode, so that nothing else can explain it


@dataclass(slots=True, kw_only=True)
class Stage:
    """One visit in progress."""

    visit: Visit
    rng: Random
    tape: Tape
    calls: BrowserCalls
    signals: Counter[str] = field(default_factory=Counter)

    def pause(self) -> None:
        """Let the visitor read, aim and think."""
        self.tape.wait(2 * SECOND + int(self.rng.random() * 6 * SECOND))

    def open_page(self, page: Page, *, in_this_tab: bool = False) -> None:
        """Go to a page: both sides see it, and it loads something."""
        self.tape.turn_to(page, in_this_tab=in_this_tab)
        self.tape.add("page_view")
        self.calls.page(self.tape.now, page)
        self.tape.wait(150 + int(self.rng.random() * 300))
        self.request(page, status=200, duration=40 + int(self.rng.random() * 700))

    def request(self, page: Page, *, status: int, duration: int) -> None:
        """Let the page ask its server for something nobody waits for."""
        self.tape.add(
            "network",
            f'"http_method":"GET","http_status":{status},'
            f'"request_url_template":"{page.api}","duration_ms":{duration},'
            '"is_user_facing":false,',
        )

    def click(
        self,
        target: Target,
        *,
        at: tuple[int, int] | None = None,
        answered: bool = True,
        signal: str | None = None,
    ) -> None:
        """Click something; the vendor's own verdict goes on the click."""
        x, y = at or self.somewhere()
        response = ""
        if answered:
            waited = 30 + int(self.rng.random() * 400)
            response = (
                f'"first_response_ms":{waited},'
                f'"first_response_kind":"{target.response}",'
            )
        self.tape.add(
            "click",
            f'{target.fields}"x":{x},"y":{y},"page_x":{x},"page_y":{y},'
            f'"button":0,"modifiers":[],"is_trusted":true,{response}'
            f"{fragment(vendor_signal=signal) if signal else ''}",
        )

    def somewhere(self) -> tuple[int, int]:
        """A point in the browser's window."""
        width, height = self.visit.device.browser.viewport
        return int(self.rng.random() * width), int(self.rng.random() * height)

    def vendor_flag(self, signal: str) -> str | None:
        """The vendor notices many episodes, not all."""
        return signal if self.rng.random() < rates.VENDOR_FLAGS else None
