"""Graphs of identifiers as SQL: a realistic one, and those that loops are slow on.

Each is a select of node_a and node_b over `numbers(i)`, the numbers from 0 to `edges`,
in words that DuckDB and PostgreSQL share.
"""

from collections.abc import Mapping

# A scrambled number of its own for each node: an odd factor, modulo a prime.
SHUFFLED = "cast(({node} * 7919) % 2147483647 as bigint)"

# Nine of ten links give a person a browser or a mailbox of their own, four to each; one
# of thirty leads to a browser of somebody else's. A quarter more nodes than links.
REALISTIC = """
select
    cast(i % {quarter} as bigint) as node_a,
    cast(
        case
            when i % 30 = 0 then {quarter} + (i * 7919) % {edges}
            else {quarter} + i
        end as bigint
    ) as node_b
from numbers
"""


def _path(node: str) -> str:
    ends = ", ".join(
        f"{node.format(node=each)} as {name}"
        for each, name in (("i", "node_a"), ("(i + 1)", "node_b"))
    )
    return f"select {ends} from numbers"


GRAPHS: Mapping[str, str] = {
    "realistic": REALISTIC,
    "path, shuffled": _path(SHUFFLED),
    "path, in order": _path("cast({node} as bigint)"),
    "binary tree": "select cast(floor((i - 1) / 2.0) as bigint) as node_a, i as node_b"
    " from numbers where i > 0",
    "star": "select cast(0 as bigint) as node_a, i + 1 as node_b from numbers",
}


def graph(name: str, edges: int, numbers: str) -> str:
    """One graph's select, over a source of the numbers."""
    body = GRAPHS[name].replace("{quarter}", str(edges // 4 + 1))
    body = body.replace("{edges}", str(edges))
    return f"with numbers as ({numbers}) {body}"
