"""Files of JSON lines -> the raw tables, chunk by chunk.

A chunk lands whole or not at all, so a killed run can simply be run again.
"""

import gc
import logging
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from landing.catalogue import Catalogue
from landing.files import Line, find_files, read_chunks
from landing.raw_tables import RawTables, raw_tables
from landing.report import LandingProgress, LandingReport, TableCount
from landing.sorting import SortedChunk, sort
from landing.timestamps import utc_now
from landing.writing import Written, write
from warehouse import Warehouse
from warehouse.turns import one_at_a_time

log = logging.getLogger(__name__)

# DuckDB writes 122,880 rows and more straight to its file; fewer go through its log
# first, which takes twice as long. As Python objects these are about 350 MB.
CHUNK_LINES = 125_000


def land(
    warehouse: Warehouse,
    paths: Sequence[Path],
    *,
    segment_schema: str = "segment",
    relyv_schema: str = "relyv_raw",
    on_progress: Callable[[LandingProgress], None] | None = None,
    chunk_lines: int = CHUNK_LINES,
) -> LandingReport:
    """
    Land the files, and the JSON lines files of the folders.

    What is there already is not landed again, however long ago it came.

    Raises:
        PathMissing: A path is not there; nothing was landed.
        BulkLoadUnsupported: The target's kind has no bulk path yet.
        WarehouseBusy: Another process is landing into the same target.
    """
    begun = time.monotonic()
    files = find_files(paths)
    tables = raw_tables(
        segment_schema=segment_schema,
        relyv_schema=relyv_schema,
        privacy_schema=warehouse.step_schema("privacy"),
    )
    bytes_total = sum(file.stat().st_size for file in files)
    # Two at once would each find a message missing, and land it twice.
    with one_at_a_time(warehouse, "landing"), _no_cycle_collection():
        run = _Run(warehouse, tables)
        for chunk in read_chunks(files, chunk_lines=chunk_lines):
            run.land(chunk.lines)
            if on_progress:
                on_progress(
                    LandingProgress(
                        files=chunk.files_done,
                        files_total=len(files),
                        lines=run.lines,
                        bytes=chunk.bytes_done,
                        bytes_total=bytes_total,
                    )
                )
    return run.report(files=len(files), seconds=time.monotonic() - begun)


@contextmanager
def _no_cycle_collection() -> Iterator[None]:
    # Parsed JSON has no cycles; looking for them took a fifth of a run.
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


class _Run:
    """Lands chunks one after another, and counts what became of their lines."""

    def __init__(self, warehouse: Warehouse, tables: RawTables) -> None:
        self._engine = warehouse.engine
        self._tables = tables
        self._counts: Counter[str] = Counter()
        self._landed: Counter[str] = Counter()
        self._duplicates: Counter[str] = Counter()
        self._rejected_lines: Counter[str] = Counter()
        self._rejected_fields: Counter[str] = Counter()
        with self._engine.begin() as connection:
            self._catalogue = Catalogue(connection, tables.schemas)
            self._catalogue.create(connection, tables)

    @property
    def lines(self) -> int:
        return self._counts["lines"]

    def land(self, lines: Sequence[Line]) -> None:
        chunk = sort(lines, self._tables, utc_now())
        with self._engine.begin() as connection:
            written = write(connection, self._catalogue, chunk)
        self._count(chunk, written)
        log.info(
            "landing.chunk_landed lines=%d records=%d rejected=%d",
            chunk.lines,
            chunk.records,
            len(chunk.rejections),
        )

    def _count(self, chunk: SortedChunk, written: Written) -> None:
        self._counts["lines"] += chunk.lines
        self._counts["empty_lines"] += chunk.empty_lines
        self._counts["records"] += chunk.records
        self._landed += written.landed
        self._duplicates += written.duplicates
        self._rejected_lines.update(rejection.reason for rejection in chunk.rejections)
        self._rejected_fields += written.lost_fields

    def report(self, *, files: int, seconds: float) -> LandingReport:
        names = sorted(self._landed.keys() | self._duplicates.keys())
        own = [table.full_name for table in self._tables.of_records]
        return LandingReport(
            files=files,
            lines=self._counts["lines"],
            empty_lines=self._counts["empty_lines"],
            records=self._counts["records"],
            landed=sum(self._landed[name] for name in own),
            duplicates=sum(self._duplicates[name] for name in own),
            tables={
                name: TableCount(
                    landed=self._landed[name], duplicates=self._duplicates[name]
                )
                for name in names
            },
            rejected_lines=self._rejected_lines,
            rejected_fields=self._rejected_fields,
            seconds=seconds,
        )
