from __future__ import annotations

import io
import itertools
import os
import resource
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from cellift.storage.errors import StorageError
from cellift.storage.local.tree import LocalTree


def is_open(number: int) -> bool:
    try:
        os.fstat(number)
    except OSError:
        return False
    return True


@contextmanager
def descriptors_left(count: int) -> Iterator[None]:
    """Let no more than so many files be opened; a trouble that root has too, unlike that of modes."""
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    # The limit is one of numbers, and other tests may have left some in use.
    numbers = (number for number in itertools.count() if not is_open(number))
    resource.setrlimit(resource.RLIMIT_NOFILE, (next(itertools.islice(numbers, count, None)), before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)


ASKED: dict[str, Callable[[LocalTree], object]] = {
    "page": lambda tree: [one.key for one in tree.page("bucket", "d/").objects],
    "recursive page": lambda tree: [one.key for one in tree.page("bucket", recursive=True).objects],
    "stat": lambda tree: tree.stat("bucket", "d/e/a").size,
    "read": lambda tree: b"".join(tree.read("bucket", "d/e/a")),
    "marker": lambda tree: tree.stat("bucket", "m/").size,
    "buckets": lambda tree: tree.buckets(),
    "remove": lambda tree: tree.remove("bucket", "d/e/none"),
    "write": lambda tree: tree.write("bucket", "d/w", io.BytesIO(b"x")).size,
}


@pytest.mark.parametrize("name", ASKED)
def test_without_descriptors_the_trouble_is_told_and_nothing_is_said_to_be_missing(tree: LocalTree, name: str) -> None:
    tree.write("bucket", "d/e/a", io.BytesIO(b"x"))
    tree.write("bucket", "m/", io.BytesIO())
    wanted = ASKED[name](tree)
    told = 0
    for count in range(12):
        fresh = LocalTree(tree._root)
        try:
            with descriptors_left(count):
                found = ASKED[name](fresh)
        except StorageError as error:
            assert error.code == "SlowDown", error
            told += 1
        else:
            assert found == wanted
    assert 0 < told < 12
