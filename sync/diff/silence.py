"""Whom nobody may be told of: taken out of the ledger, without a call."""

from sqlalchemy import ColumnElement, Connection, Table, delete, null, update

from sync.config.manifest import Sync
from sync.config.settings import SyncSettings
from sync.diff.consent import kept_about_them
from sync.diff.subject import SUPPRESSIBLE, is_suppressed
from sync.ledger.tables import SyncTables


def forget_suppressed(
    connection: Connection,
    settings: SyncSettings,
    tables: SyncTables,
    suppressed: Table,
    doubt: Table | None,
) -> None:
    """
    Forget the people nobody may be told of: no call, not even a clear.

    Of an event that is told once, its key stays. What happened on a shared device may
    be filed under somebody else now; it has been told, and its messageId is used up.
    """
    roles = {column.name for column in tables.image.roles}
    for name, role in SUPPRESSIBLE.items():
        if role not in roles:
            continue
        about_them = is_suppressed(tables.sent.c[role], name, suppressed)
        _forget(connection, settings, tables, about_them)
        if doubt is not None:
            about_them = is_suppressed(doubt.c[role], name, suppressed)
            connection.execute(delete(doubt).where(about_them))


def forget_withheld(
    connection: Connection, sync: Sync, tables: SyncTables, doubt: Table | None
) -> None:
    """Forget the rows without consent, in the same way."""
    about_them = kept_about_them(sync, tables.sent)
    if about_them is None:
        return
    _forget(connection, sync.settings, tables, about_them)
    if doubt is not None:
        withheld = kept_about_them(sync, doubt)
        assert withheld is not None
        connection.execute(delete(doubt).where(withheld))


def _forget(
    connection: Connection,
    settings: SyncSettings,
    tables: SyncTables,
    about_them: ColumnElement[bool],
) -> None:
    if _is_told_once(settings):
        nothing = {column.name: null() for column in tables.image.values}
        connection.execute(update(tables.sent).where(about_them).values(nothing))
    else:
        connection.execute(delete(tables.sent).where(about_them))


def _is_told_once(settings: SyncSettings) -> bool:
    """An event whose key does not say whose it is."""
    named = {settings.user_id, settings.anonymous_id}
    return settings.is_insert_only and named.isdisjoint(settings.key)
