"""The two digests of files: one that nobody can imitate, and a fast one that tells damage of plain numbers."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cellift import values
from cellift.values import hashed_file
from cellift.values.hashed_file import Dot64, HashedFile, file_digest


def dot64(data: bytes) -> str:
    found = Dot64()
    found.update(data)
    return found.hexdigest()


BYTES = np.random.default_rng(1).bytes(3 * 1024 * 1024 + 5)


def test_what_is_unpickled_has_a_digest_that_nobody_can_imitate(tmp_path: Path) -> None:
    index = values.write(tmp_path, {"x": [1], "a": np.ones(3)})
    found = index["names"]["x"]["digest"]
    assert found == "sha256:" + hashlib.sha256((tmp_path / "x.pickle").read_bytes()).hexdigest()
    assert index["names"]["a"]["digest"] == file_digest(str(tmp_path / "a.npy"), "dot64")


def test_the_fast_digest_does_not_depend_on_how_the_bytes_come() -> None:
    pieces = Dot64()
    for start in range(0, len(BYTES), 123_456):
        pieces.update(BYTES[start : start + 123_456])
    assert pieces.hexdigest() == dot64(BYTES)


@pytest.mark.parametrize("place", [0, 7, 1024 * 1024 - 1, 1024 * 1024, len(BYTES) - 1])
def test_any_changed_byte_shows(place: int) -> None:
    changed = bytearray(BYTES)
    changed[place] ^= 0x80
    assert dot64(bytes(changed)) != dot64(BYTES)


def test_other_orders_and_lengths_show() -> None:
    words = np.arange(400_000, dtype="u8")
    rolled, swapped = np.roll(words, 1), words.copy()
    swapped[[3, 9]] = swapped[[9, 3]]
    chunks = np.roll(words[: 2 * 131_072], 131_072)
    found = [
        words,
        rolled,
        swapped,
        words[:-1],
        words[::-1],
        np.append(words, np.uint64(0)),
        chunks,
        words[: 2 * 131_072],
    ]
    assert len({dot64(each.tobytes()) for each in found}) == len(found)
    assert dot64(b"") != dot64(b"\0") != dot64(b"\0\0")


def test_writing_a_large_array_computes_the_digest_of_the_file(tmp_path: Path) -> None:
    with HashedFile(str(tmp_path), "f", "x", guarded=False) as file:
        file.write(BYTES[:64])
        file.write(memoryview(BYTES)[64:])
        file.commit()
    assert file.digest == file_digest(str(tmp_path / "f"), "dot64")


def test_the_write_waits_for_the_thread_that_computes_the_digest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Late:
        """A thread that does nothing before somebody waits for it."""

        def __init__(self, target: Any, args: Any) -> None:
            self._work = lambda: target(*args)

        def start(self) -> None:
            pass

        def join(self) -> None:
            self._work()

    monkeypatch.setattr(hashed_file.threading, "Thread", Late)
    with HashedFile(str(tmp_path), "x", "x", guarded=False) as file:
        file.write(BYTES)
        assert file.digest == f"dot64:{dot64(BYTES)}"
