"""Write Segment messages, in the browser's hand and in the server's.

As Segment delivers them: `timestamp` is already corrected for the sender's clock.
"""

from random import Random

from simulation.catalogue import Page
from simulation.fragments import fragment, json_text
from simulation.moments import SECOND, iso
from simulation.tape import Delivered
from simulation.visits import Visit

_BROWSER_LIBRARY = {"name": "analytics.js", "version": "npm:next-1.84.1"}
_SERVER_LIBRARY = {"name": "@segment/analytics-node", "version": "3.1.0"}
_CLIENT_END = '"integrations":{},"channel":"client","version":2}'
_SERVER_END = '"integrations":{},"channel":"server","version":2}'


class BrowserCalls:
    """The calls that analytics.js sends during one visit."""

    def __init__(self, visit: Visit, rng: Random, *, skew: int) -> None:
        self.sent: list[Delivered] = []
        self._visit = visit
        self._skew = skew
        self._transit = 60 + int(rng.random() * 300)
        self._queued = int(rng.random() * 2 * SECOND)
        self._anonymous = fragment(anonymousId=visit.device.anonymous_id)
        self._user = ""
        # From the blocks of addresses that are kept for documentation.
        self._context = fragment(
            library=_BROWSER_LIBRARY,
            userAgent=visit.device.browser.user_agent,
            locale=visit.person.language,
            ip=f"203.0.113.{visit.person.index % 256}",
        )
        self._page = ""

    def log_in(self, user_id: str, account_id: str | None) -> None:
        """Let the calls from here on name the user, and the account if there is one."""
        self._user = fragment(userId=user_id)
        self._context += fragment(groupId=account_id)

    def page(self, at: int, page: Page) -> None:
        """Report a page view; later calls come from this page."""
        self._page = page.context[:-1]
        body = f'"name":"{page.name}","category":"{page.category}",'
        self._send(at, "page", f'{body}"properties":{{{page.properties[:-1]}}},')

    def track(self, at: int, event: str, properties: str, *, ids: str = "") -> None:
        """Report an event; `ids` stands in for the ids that are known here."""
        body = f'"event":"{event}","properties":{{{properties[:-1]}}},'
        self._send(at, "track", body, ids)

    def identify(self, at: int, traits: dict[str, object]) -> None:
        """Report who this is."""
        self._send(at, "identify", fragment(traits=traits))

    def group(self, at: int, group_id: str, traits: dict[str, object]) -> None:
        """Report the account they belong to."""
        self._send(at, "group", fragment(groupId=group_id, traits=traits))

    def _send(self, at: int, kind: str, body: str, ids: str = "") -> None:
        arrives = self._visit.arrives
        sent = arrives if arrives else at + self._queued
        received = sent + self._transit
        skew = self._skew
        message_id = f"ajs-next-{at}-{self._visit.session_id}-{len(self.sent)}"
        line = (
            f'{{"type":"{kind}","messageId":"{message_id}",'
            f"{ids or self._anonymous + self._user}{body}"
            f'"context":{{{self._context}{self._page}}},'
            f'"timestamp":"{iso(at + self._transit)}",'
            f'"originalTimestamp":"{iso(at + skew)}",'
            f'"sentAt":"{iso(sent + skew)}","receivedAt":"{iso(received)}",'
            f"{_CLIENT_END}"
        )
        self.sent.append(Delivered(received, line))


def server_call(
    at: int,
    kind: str,
    message_id: str,
    *,
    context: dict[str, object] | None = None,
    **fields: object,
) -> Delivered:
    """A call from the shop's own servers: no anonymousId, except in the context."""
    sent, received = at + 900, at + 980
    body = fragment(
        **fields,
        context={"library": _SERVER_LIBRARY, **(context or {})},
        timestamp=iso(at + 80),
        originalTimestamp=iso(at),
        sentAt=iso(sent),
        receivedAt=iso(received),
    )
    head = f'{{"type":"{kind}","messageId":{json_text(message_id)},'
    return Delivered(received, f"{head}{body}{_SERVER_END}")
