import gzip
from pathlib import Path

import pytest

from landing.errors import PathMissing
from landing.files import MAX_LINE_BYTES, Line, find_files, read_chunks


def lines_of(path: Path) -> list[Line]:
    return [
        line for chunk in read_chunks([path], chunk_lines=2) for line in chunk.lines
    ]


def test_a_folder_means_its_json_lines_in_order(tmp_path: Path) -> None:
    """
    Sorted, packed or not, and nothing of what lies deeper or is named otherwise.
    """
    for name in ("b.jsonl.gz", "a.ndjson", "c.json", "d.csv"):
        (tmp_path / name).touch()
    (tmp_path / "deeper").mkdir()
    (tmp_path / "deeper" / "e.jsonl").touch()

    names = [file.name for file in find_files([tmp_path])]

    assert names == ["a.ndjson", "b.jsonl.gz", "c.json"]


def test_a_file_named_twice_is_read_once(tmp_path: Path) -> None:
    """
    A file and its folder are one file.
    """
    file = tmp_path / "a.jsonl"
    file.touch()

    assert find_files([file, tmp_path]) == [file]


def test_every_missing_path_is_named(tmp_path: Path) -> None:
    """
    One message names all of them.
    """
    with pytest.raises(PathMissing, match=r"one\.jsonl, .*two\.jsonl"):
        find_files([tmp_path / "one.jsonl", tmp_path, tmp_path / "two.jsonl"])


def test_chunks_are_bounded_and_lose_nothing(tmp_path: Path) -> None:
    """
    Five lines by twos are five lines, the last one without its line end too.
    """
    file = tmp_path / "a.jsonl"
    file.write_bytes(b"1\n2\r\n\n4\n5")

    chunks = list(read_chunks([file], chunk_lines=2))

    assert [len(chunk.lines) for chunk in chunks] == [2, 2, 1]
    contents = [line.content for chunk in chunks for line in chunk.lines]
    assert contents == [b"1", b"2", b"", b"4", b"5"]
    assert chunks[-1].bytes_done == file.stat().st_size
    assert chunks[-1].files_done == 1


def test_packing_is_told_by_the_content(tmp_path: Path) -> None:
    """
    A packed file named .json is unpacked, and a byte order mark is no content.
    """
    file = tmp_path / "a.json"
    file.write_bytes(gzip.compress(b"\xef\xbb\xbf{}\n"))

    assert [line.content for line in lines_of(file)] == [b"{}"]


def test_a_truncated_file_gives_what_could_be_read(tmp_path: Path) -> None:
    """
    The lines before the cut are whole; the rest is one line with a flaw.
    """
    file = tmp_path / "a.jsonl.gz"
    # Stored, not compressed, so that the cut falls where it is made.
    packed = gzip.compress(b"first\nsecond\nthird\n", compresslevel=0)
    file.write_bytes(packed[: packed.index(b"third") + 2])

    *whole, broken = lines_of(file)

    assert [line.content for line in whole] == [b"first", b"second"]
    assert (broken.number, broken.flaw) == (3, "unreadable_rest")


def test_damage_within_a_file_is_one_flaw(tmp_path: Path) -> None:
    """
    A wrong checksum is told once, after the lines.
    """
    file = tmp_path / "a.jsonl.gz"
    packed = bytearray(gzip.compress(b"first\n"))
    packed[-8] ^= 0xFF
    file.write_bytes(packed)

    assert [line.flaw for line in lines_of(file)][-1] == "unreadable_rest"


def test_a_giant_line_is_skipped_and_the_next_is_read(tmp_path: Path) -> None:
    """
    Its content is never kept; its hash is that of the whole line.
    """
    file = tmp_path / "a.jsonl"
    giant = b"x" * (MAX_LINE_BYTES + 10)
    file.write_bytes(giant + b"\nnext\n")

    first, second = lines_of(file)

    assert (first.flaw, first.content) == ("line_too_long", b"")
    assert first.sha256 == Line("a", 1, giant).sha256
    assert (second.number, second.content) == (2, b"next")
