"""Paths -> the lines of their files, plain or gzipped, a bounded number at a time.

Nothing a file holds can stop a run: what cannot be read is a line with a flaw.
"""

import gzip
import hashlib
import os
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, NamedTuple

from landing.errors import PathMissing

SUFFIXES = tuple(
    suffix + packed
    for suffix in (".jsonl", ".ndjson", ".json")
    for packed in ("", ".gz")
)
# Segment takes 32 KB a message and 500 KB a batch; nothing honest is longer than this.
MAX_LINE_BYTES = 8 * 2**20
CHUNK_BYTES = 64 * 2**20
_GZIP_MAGIC = b"\x1f\x8b"
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


class Line(NamedTuple):
    """One line, where it stands, and what is wrong with it if it could not be read."""

    file: str
    number: int
    content: bytes
    flaw: str | None = None
    digest: str | None = None
    item: int | None = None

    @property
    def sha256(self) -> str | None:
        """The hash of the line as it stands in the file, without its end."""
        if self.flaw:
            return self.digest
        return hashlib.sha256(self.content).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Chunk:
    """Some lines in a row, and how far into the files they reach."""

    lines: Sequence[Line]
    files_done: int
    bytes_done: int


def find_files(paths: Sequence[Path]) -> list[Path]:
    """
    List the files of the paths; a folder means the JSON lines files in it.

    Raises:
        PathMissing: Some are not there; all of them are named.
    """
    missing = [str(path) for path in paths if not os.access(path, os.R_OK)]
    if missing:
        raise PathMissing(
            f"Nothing was landed, because {', '.join(missing)} is not there or "
            "cannot be read. "
            "Correct the path, or leave it out."
        )
    found = [file for path in paths for file in _files_of(path)]
    return list({file.resolve(): file for file in found}.values())


def _files_of(path: Path) -> list[Path]:
    if not path.is_dir():
        return [path]
    return sorted(
        file
        for file in path.iterdir()
        if file.name.endswith(SUFFIXES) and file.is_file()
    )


def read_chunks(files: Sequence[Path], *, chunk_lines: int) -> Iterator[Chunk]:
    """Read all files in turn, in chunks bounded by lines and by bytes."""
    lines: list[Line] = []
    size = bytes_before = 0
    for files_done, file in enumerate(files):
        with file.open("rb") as raw:
            for line in _lines_of(file, raw):
                lines.append(line)
                size += len(line.content)
                if len(lines) >= chunk_lines or size >= CHUNK_BYTES:
                    done = bytes_before + raw.tell()
                    yield Chunk(lines=lines, files_done=files_done, bytes_done=done)
                    lines, size = [], 0
        bytes_before += file.stat().st_size
    yield Chunk(lines=lines, files_done=len(files), bytes_done=bytes_before)


def _lines_of(file: Path, raw: BinaryIO) -> Iterator[Line]:
    name, number = str(file), 0
    try:
        stream = _unpacked(raw)
        while content := stream.readline(MAX_LINE_BYTES):
            number += 1
            if number == 1:
                content = content.removeprefix(_BYTE_ORDER_MARK)
            if len(content) == MAX_LINE_BYTES and content[-1:] != b"\n":
                digest = _hash_to_line_end(stream, content)
                yield Line(name, number, b"", "line_too_long", digest)
            else:
                yield Line(name, number, content.strip())
    except (OSError, EOFError, zlib.error):
        yield Line(name, number + 1, b"", "unreadable_rest")


def _unpacked(raw: BinaryIO) -> BinaryIO:
    # By its first bytes, not its name: some tools pack what they call .json.
    magic = raw.read(len(_GZIP_MAGIC))
    raw.seek(0)
    return gzip.GzipFile(fileobj=raw) if magic == _GZIP_MAGIC else raw  # type: ignore[return-value]


def _hash_to_line_end(stream: BinaryIO, begun: bytes) -> str:
    digest = hashlib.sha256(begun)
    while part := stream.readline(MAX_LINE_BYTES):
        digest.update(part.rstrip(b"\r\n"))
        if part[-1:] == b"\n":
            break
    return digest.hexdigest()
