"""The ledger's tables, and only their shape.

No constraint is relied on: Snowflake enforces none.
"""

from sqlalchemy import BigInteger, Column, DateTime, MetaData, String, Table

from sync.config.image import BESIDE, Image

# 2 added `sync_pauses`, 3 the reasons of refused images, 4 the mark of the last run:
# see sync/ledger/migrations.py.
SCHEMA_VERSION = 4

# The state of the plan that stands for all that a person had the ledger forget, of one
# that took the model's rows as known, and of one that ended before it was settled.
FORGOTTEN, BASELINE, CUT_SHORT = "forgotten", "baseline", "cut short"

# What a plan may do to a row, in the order of delivery: what must be forgotten goes
# before what is to be remembered. Of the silent two there is no call: their image goes,
# or comes.
CHANGE_ORDER = ("forgotten", "removed", "adopted", "added", "changed")
SILENT = ("forgotten", "adopted")

# What stands beside a row's image: names that no field may bear.
CHANGE, REASON, DETAIL = BESIDE


class LedgerTables:
    """Every table that syncs keep for themselves, in `<schema>_ledger`."""

    def __init__(self, schema: str) -> None:
        self.schema = f"{schema}_ledger"
        self.metadata = MetaData(schema=self.schema)
        self.ledger = Table(
            "ledger",
            self.metadata,
            Column("installation", String(36)),
            Column("epoch", String(36)),
            Column("source", String(100)),
            Column("region", String(10)),
            Column("key_fingerprint", String(64)),
            Column("schema_version", BigInteger),
            Column("created_at", DateTime),
            Column("visit", String(36)),
        )
        # A sync's own row: who holds it, and how far its open plan has come. One
        # update of it is a whole checkpoint.
        self.syncs = Table(
            "syncs",
            self.metadata,
            Column("sync", String(100)),
            Column("fence", BigInteger),
            Column("leased_by", String(200)),
            Column("leased_until", DateTime),
            Column("last_plan", BigInteger),
            Column("delivered_through", BigInteger),
        )
        self.plans = Table(
            "sync_plans",
            self.metadata,
            Column("sync", String(100)),
            Column("plan", BigInteger),
            Column("state", String(20)),  # the other states: open, closed, held
            Column("delivered_through", BigInteger),
            Column("row_count", BigInteger),
            Column("added", BigInteger),
            Column("changed", BigInteger),
            Column("removed", BigInteger),
            Column("config", String),
            Column("planned_at", DateTime),
            Column("fence", BigInteger),
        )
        self.runs = Table(
            "sync_runs",
            self.metadata,
            Column("run_id", String(36)),
            Column("sync", String(100)),
            Column("plan", BigInteger),
            Column("outcome", String(30)),
            Column("calls", BigInteger),
            Column("requests", BigInteger),
            Column("added", BigInteger),
            Column("changed", BigInteger),
            Column("removed", BigInteger),
            Column("rejected", BigInteger),
            Column("started_at", DateTime),
            Column("ended_at", DateTime),
        )
        self.rejections = Table(
            "sync_rejections",
            self.metadata,
            Column("sync", String(100)),
            Column("plan", BigInteger),
            Column("position", BigInteger),
            Column("change", String(20)),
            Column("message_id", String(100)),
            Column("reason", String(100)),
            Column("detail", String(1000)),
            Column("rejected_at", DateTime),
        )

        self.pauses = Table(
            "sync_pauses",
            self.metadata,
            Column("sync", String(100)),
            Column("paused_at", DateTime),
        )

    def of(self, sync: str, image: Image) -> "SyncTables":
        """The four tables that one sync has to itself."""
        return SyncTables(sync, self.schema, image)


class SyncTables:
    """
    What one sync keeps of its rows. The columns are the model's own types.

    * `<sync>__sent`      each row as Segment last confirmed it
    * `<sync>__pending`   the frozen plan: position, change, the new and the old image
    * `<sync>__rejected`  each image that was refused: skipped while it stays the same
    * `<sync>__doubt`     what a plan that was closed early may have told; see doubt.py
    """

    def __init__(self, sync: str, schema: str, image: Image) -> None:
        metadata = MetaData(schema=schema)
        keys = [c.name for c in image.keys]
        values = [c.name for c in image.values]
        self.image = image
        self.sent = Table(f"{sync}__sent", metadata, *_columns(keys, values))
        self.pending = Table(
            f"{sync}__pending",
            metadata,
            Column("position", BigInteger),
            Column("change", String(20)),
            *_columns(keys, [new(name) for name in values]),
            *_columns([old(name) for name in values]),
        )
        self.rejected = Table(
            f"{sync}__rejected",
            metadata,
            Column(CHANGE, String(20)),
            Column(REASON, String(100)),
            Column(DETAIL, String(1000)),
            *_columns(keys, values),
        )
        self.doubt = Table(
            f"{sync}__doubt",
            metadata,
            Column(CHANGE, String(20)),
            *_columns(keys, values),
        )


def new(name: str) -> str:
    """The pending column that holds an image column's new value."""
    return f"new__{name}"


def old(name: str) -> str:
    """The pending column that holds the value that Segment last confirmed."""
    return f"old__{name}"


def births(schema: str) -> Table:
    """
    That there has been a ledger, and of which installation.

    It lives outside the ledger's own schema, so that a lost ledger is recognised.
    """
    return Table(
        "ledger_births",
        MetaData(schema=f"{schema}_privacy"),
        Column("installation", String(36)),
        Column("epoch", String(36)),
        Column("born_at", DateTime),
    )


def visits(schema: str) -> Table:
    """
    The mark of the last run, as the ledger has it, too.

    It lies beside the births, so that a ledger out of a backup has another one.
    """
    outside = MetaData(schema=f"{schema}_privacy")
    return Table("ledger_visits", outside, Column("visit", String(36)))


def _columns(*groups: list[str]) -> list[Column[object]]:
    return [Column(name) for group in groups for name in group]
