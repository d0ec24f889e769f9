from __future__ import annotations

import io
import os
import random
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cellift.storage.local.sorted_names import SORTED_AT_ONCE, SortedNames, sorted_pieces
from cellift.storage.local.tree import LocalTree

MANY = 3000


@pytest.fixture
def many(tree: LocalTree, root: Path) -> LocalTree:
    """A tree with many files in ``bucket/dir`` that have been there for long."""
    folder = root / "bucket" / "dir"
    folder.mkdir()
    for number in range(MANY):
        (folder / f"{number:05d}").touch()
    settle(folder)
    return tree


def settle(folder: Path) -> None:
    os.utime(folder, (1_000_000_000, 1_000_000_000))


class Counted:
    """How often the room calls a function of ``os``; it does what it always does.

    Hooks that other tests left in this process look at files, too, whenever one is opened.
    """

    def __init__(self, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
        self.calls = 0
        self._real: Any = getattr(os, name)
        monkeypatch.setattr(os, name, self)

    def __call__(self, *args: Any, **options: Any) -> Any:
        self.calls += sys._getframe(1).f_globals["__name__"].startswith("cellift.storage.")
        return self._real(*args, **options)


def test_a_page_looks_at_no_more_files_than_it_shows(many: LocalTree, monkeypatch: pytest.MonkeyPatch) -> None:
    stats, links = Counted(monkeypatch, "stat"), Counted(monkeypatch, "lstat")
    for recursive in (False, True):
        stats.calls = 0
        page = many.page("bucket", "dir/", limit=200, recursive=recursive)
        assert len(page.objects) == 200
        assert (stats.calls, links.calls) == (200, 0)


def test_the_next_page_reads_no_folder_again(many: LocalTree, monkeypatch: pytest.MonkeyPatch) -> None:
    reads = Counted(monkeypatch, "scandir")
    token = many.page("bucket", "dir/").next
    assert reads.calls == 1
    for _ in range(5):
        token = many.page("bucket", "dir/", token=token).next
    many.page("bucket", "dir/01")
    assert reads.calls == 1


def test_a_folder_that_changed_is_read_again(many: LocalTree, root: Path) -> None:
    first = many.page("bucket", "dir/", limit=3)
    assert [one.key for one in first.objects] == ["dir/00000", "dir/00001", "dir/00002"]
    many.remove("bucket", "dir/00001")
    many.write("bucket", "dir/00000a", io.BytesIO(b"x"))
    settle(root / "bucket" / "dir")
    again = many.page("bucket", "dir/", limit=3)
    assert [one.key for one in again.objects] == ["dir/00000", "dir/00000a", "dir/00002"]


def test_a_folder_that_changed_a_moment_ago_is_not_kept(many: LocalTree, monkeypatch: pytest.MonkeyPatch) -> None:
    many.write("bucket", "dir/new", io.BytesIO(b"x"))
    reads = Counted(monkeypatch, "scandir")
    many.page("bucket", "dir/")
    many.page("bucket", "dir/")
    assert reads.calls == 2


def test_a_file_that_is_gone_by_the_time_of_its_page_is_left_out(
    many: LocalTree, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = os.stat

    def stat(path: Any, **options: Any) -> os.stat_result:
        (root / "bucket" / "dir" / "00001").unlink(missing_ok=True)
        return real(path, **options)

    monkeypatch.setattr(os, "stat", stat)
    page = many.page("bucket", "dir/", limit=2)
    assert [one.key for one in page.objects] == ["dir/00000", "dir/00002"]


@pytest.fixture
def folders(tmp_path: Path) -> Iterator[list[int]]:
    opened = []
    for number in range(4):
        folder = tmp_path / str(number)
        folder.mkdir()
        for name in range(10):
            (folder / str(name)).touch()
        settle(folder)
        opened.append(os.open(folder, os.O_RDONLY))
    yield opened
    for folder in opened:
        os.close(folder)


def test_what_is_kept_is_bounded_and_the_least_used_goes(folders: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    names = SortedNames(most=25)
    reads = Counted(monkeypatch, "scandir")
    for folder, read in ((0, 1), (1, 2), (0, 2), (2, 3), (0, 3), (2, 3), (1, 4), (2, 4), (0, 5)):
        names.of(folders[folder])
        assert reads.calls == read, folder


def test_a_folder_with_more_names_than_may_be_kept_is_listed_all_the_same(folders: list[int]) -> None:
    names = SortedNames(most=5)
    assert names.of(folders[0]) == names.of(folders[0]) == [str(number) for number in range(10)]


@pytest.mark.parametrize("count", [0, 1, SORTED_AT_ONCE, SORTED_AT_ONCE + 1, 50_000])
@pytest.mark.parametrize("form", ["{0:06d}.csv", "{0}", "same/long/prefix/of/all-{0}", "{1}/é{0}"])
def test_many_names_are_sorted_in_pieces_that_stop_nobody_for_long(count: int, form: str) -> None:
    names = [form.format(number, number % 7) for number in range(count)]
    for given in (names, names[::-1], random.Random(1).sample(names, count)):
        pieces = sorted_pieces(list(given))
        assert [name for piece in pieces for name in piece] == sorted(names)
        assert max(len(piece) for piece in pieces) <= 4 * SORTED_AT_ONCE
