"""Show what the sandbox has on one page, with nothing from elsewhere."""

from collections.abc import Iterable, Mapping
from html import escape
from typing import Any

from tracking.messages import EXPLANATIONS
from tracking.sandbox.entries import Entry

_STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 70rem;
       padding: 0 1rem; color: #1c2430; background: #fff }
h1 { font-size: 1.4rem } h2 { font-size: 1.1rem; margin-top: 2rem }
table { border-collapse: collapse; width: 100% }
th, td { text-align: left; vertical-align: top; padding: .3rem .8rem .3rem 0;
         border-bottom: 1px solid #dde2ea }
td.count { text-align: right; font-variant-numeric: tabular-nums; width: 7rem }
code { font-size: 12px; overflow-wrap: anywhere }
.dropped { color: #a32020 } .deduplicated { color: #7a5c00 }
"""


def page(summary: Mapping[str, Any], newest: Iterable[Entry]) -> str:
    """
    Render the counts and the newest messages as HTML.
    """
    return f"""<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Segment sandbox</title>
<style>{_STYLE}</style>
<h1>Segment sandbox</h1>
<p>Takes what Segment's Tracking API takes, and sends it nowhere.</p>
{_counts("Messages", _flow(summary))}
{_counts("Dropped, and why", _drops(summary))}
{_counts("Accepted, by type", summary["by_type"])}
{_counts("Accepted, by event", summary["by_event"])}
<h2>Newest messages</h2>
<table><tr><th>Received</th><th>Stage</th><th>Type</th><th>Message</th></tr>
{"".join(map(_row, newest))}</table>
</html>
"""


def _flow(summary: Mapping[str, Any]) -> dict[str, int]:
    return {
        "requests": summary["requests"],
        "received": summary["received"],
        "accepted": summary["accepted"],
        "deduplicated": summary["deduplicated"],
        "dropped": sum(summary["dropped"].values()),
    }


def _drops(summary: Mapping[str, Any]) -> dict[str, int]:
    return {
        f"{code}: {EXPLANATIONS[code]}": count
        for code, count in summary["dropped"].items()
    }


def _counts(title: str, counts: Mapping[str, int]) -> str:
    if not counts:
        return ""
    rows = "".join(
        f'<tr><td>{escape(name)}</td><td class="count">{count:,}</td></tr>'
        for name, count in counts.items()
    )
    return f"<h2>{title}</h2><table>{rows}</table>"


def _row(entry: Entry) -> str:
    stage = f"{entry.stage}: {entry.code}" if entry.code else entry.stage
    cells = (
        f"<td>{escape(entry.received_at)}</td>",
        f'<td class="{entry.stage}">{escape(stage)}</td>',
        f"<td>{escape(entry.event or entry.type or '')}</td>",
        f"<td><code>{escape(entry.message.decode())}</code></td>",
    )
    return f"<tr>{''.join(cells)}</tr>\n"
