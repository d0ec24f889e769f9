from __future__ import annotations

import errno
import io
import os
from pathlib import Path
from typing import Any

import pytest

from cellift.storage.api import PIECE
from cellift.storage.errors import ChangedError, StorageError
from cellift.storage.local.tree import LocalTree

CONTENT = os.urandom(3 * PIECE + 5)


@pytest.mark.parametrize("before", [0, PIECE + 1], ids=["at once", "after a part"])
@pytest.mark.parametrize("number", [errno.EXDEV, errno.EINVAL, errno.ENOSYS, errno.EOPNOTSUPP, errno.EPERM])
def test_where_the_system_cannot_copy_the_bytes_are_read_and_written(
    tree: LocalTree, monkeypatch: pytest.MonkeyPatch, number: int, before: int
) -> None:
    tree.write("bucket", "a", io.BytesIO(CONTENT))
    real, calls = os.copy_file_range, []

    def refuse(source: int, target: int, count: int) -> int:
        calls.append(count)
        if before and len(calls) == 1:
            return real(source, target, before)
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "copy_file_range", refuse)
    tree.copy("bucket", "a", "bucket", "b")
    assert calls and b"".join(tree.read("bucket", "b")) == CONTENT


def test_a_full_disk_is_told_and_leaves_nothing(tree: LocalTree, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tree.write("bucket", "a", io.BytesIO(CONTENT))

    def full(*_: Any) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "copy_file_range", full)
    with pytest.raises(StorageError) as caught:
        tree.copy("bucket", "a", "bucket", "b")
    assert caught.value.code == "StorageFull"
    assert [one.key for one in tree.page("bucket").objects] == ["a"]
    assert list((root / ".staging").iterdir()) == []


def test_a_source_that_changes_meanwhile_makes_no_copy(
    tree: LocalTree, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tree.write("bucket", "a", io.BytesIO(CONTENT))
    real = os.copy_file_range

    def change(source: int, target: int, count: int) -> int:
        with (root / "bucket" / "a").open("r+b") as file:
            file.write(b"changed")
        return real(source, target, count)

    monkeypatch.setattr(os, "copy_file_range", change)
    with pytest.raises(ChangedError):
        tree.copy("bucket", "a", "bucket", "b")
    assert [one.key for one in tree.page("bucket").objects] == ["a"]
