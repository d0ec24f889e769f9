"""Private maps of files: which of them have been written to, by both ways to ask the operating system."""

from __future__ import annotations

import ctypes
import mmap
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from cellift.values import private_maps as module
from cellift.values.private_maps import Region, clean

PAGES = 40

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells which pages are copies")


@pytest.fixture(params=["scan", "amounts"], autouse=True)
def _way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Linux 6.7 looks through the map; an older one refuses the request."""
    if request.param == "amounts":
        monkeypatch.setattr(module, "_SCAN", 0)


def mapped(path: Path) -> tuple[mmap.mmap, Region]:
    size = PAGES * mmap.PAGESIZE - 100
    path.write_bytes(bytes(size))
    with path.open("rb") as file:
        found = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_COPY)
    return found, Region(ctypes.addressof(ctypes.c_char.from_buffer(found)), size, str(path))


@pytest.fixture
def two(tmp_path: Path) -> Iterator[tuple[tuple[mmap.mmap, Region], tuple[mmap.mmap, Region]]]:
    yield mapped(tmp_path / "a"), mapped(tmp_path / "b")


def test_a_map_that_was_only_read_is_clean(two: tuple[tuple[mmap.mmap, Region], ...]) -> None:
    (first, one), (_, other) = two
    assert sum(first[:]) == 0
    assert clean({one, other}) == {one, other}


@pytest.mark.parametrize("page", [0, PAGES // 2, PAGES - 1])
def test_one_that_was_written_to_is_not(two: tuple[tuple[mmap.mmap, Region], ...], page: int) -> None:
    (first, one), (_, other) = two
    first[page * mmap.PAGESIZE] = 1
    assert clean({one, other}) == {other}


def test_the_last_byte_counts(two: tuple[tuple[mmap.mmap, Region], ...]) -> None:
    (first, one), _ = two
    first[len(first) - 1] = 1
    assert clean({one}) == set()


def test_the_other_maps_of_the_process_are_not_looked_through_where_the_system_can_look_itself(
    two: tuple[tuple[mmap.mmap, Region], ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    if tuple(int(part) for part in os.uname().release.split(".")[:2]) < (6, 7):
        pytest.skip("the kernel is older than Linux 6.7")
    asked: list[object] = []
    monkeypatch.setattr(module, "_clean_by_amounts", lambda regions: asked.append(regions) or regions)  # type: ignore[func-returns-value]
    assert clean({two[0][1]}) == {two[0][1]}
    assert bool(asked) == (module._SCAN == 0)
    assert clean(set()) == set()


def test_nothing_is_known_to_be_clean_where_nobody_tells(
    two: tuple[tuple[mmap.mmap, Region], ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError

    monkeypatch.setattr(module, "open", refuse, raising=False)
    assert clean({two[0][1]}) == set()
