from __future__ import annotations

import io
import os
import signal
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from cellift.storage.api import PIECE
from cellift.storage.errors import ChangedError, NoSuchBucketError, TruncatedError
from cellift.storage.local.tree import LocalTree

# A writer that has given its first piece to the tree, says so, and waits to be killed.
STUCK = """
import io, sys
from pathlib import Path
from cellift.storage.local.tree import LocalTree

class Source(io.RawIOBase):
    given = False
    def read(self, size=-1):
        if self.given:
            print("written", flush=True)
            sys.stdin.read()
        self.given = True
        return bytes(1000)

LocalTree(Path(sys.argv[1])).write("bucket", "key", Source())
"""


def test_what_a_killed_writer_left_is_swept_by_the_next_and_a_living_one_is_not(tree: LocalTree, root: Path) -> None:
    def start() -> subprocess.Popen[bytes]:
        process = subprocess.Popen(
            [sys.executable, "-c", STUCK, str(root)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        assert process.stdout is not None and process.stdout.readline() == b"written\n"
        return process

    with start() as killed, start() as living:
        staging = root / ".staging"
        assert len(list(staging.iterdir())) == 2
        killed.kill()
        assert killed.wait() == -signal.SIGKILL
        assert len(list(staging.iterdir())) == 2
        tree.write("bucket", "other", io.BytesIO(b"x"))
        (left,) = staging.iterdir()
        assert left.name.startswith(f"{living.pid}-")
        assert living.stdin is not None
        living.stdin.close()
        living.kill()
    assert [one.key for one in tree.page("bucket").objects] == ["other"]


def test_nothing_can_be_seen_of_an_object_before_it_is_whole(tree: LocalTree, root: Path) -> None:
    seen: list[object] = []
    tree.write(
        "bucket",
        "deep/key",
        io.BytesIO(bytes(10)),
        moved=lambda _: seen.append((tree.page("bucket", recursive=True), [one.name for one in tree.buckets()])),
    )
    assert seen == [(([], [], None), ["bucket"])]
    assert not (root / "bucket" / ".staging").exists()


def test_an_object_is_an_ordinary_file_for_other_programs(tree: LocalTree, root: Path) -> None:
    tree.write("bucket", "dir/a.txt", io.BytesIO(b"text"))
    file = root / "bucket" / "dir" / "a.txt"
    assert file.read_bytes() == b"text"
    umask = os.umask(0)
    os.umask(umask)
    assert stat.S_IMODE(file.stat().st_mode) == 0o666 & ~umask
    file.with_name("b.txt").write_bytes(b"from outside")
    assert b"".join(tree.read("bucket", "dir/b.txt")) == b"from outside"
    assert [one.key for one in tree.page("bucket", "dir/").objects] == ["dir/a.txt", "dir/b.txt"]


def test_the_tree_is_made_with_the_first_bucket_and_is_private(tmp_path: Path) -> None:
    root = tmp_path / "home" / "data"
    tree = LocalTree(root)
    assert tree.buckets() == []
    assert not root.exists()
    tree.make_bucket("first")
    assert stat.S_IMODE(root.stat().st_mode) == 0o700


def test_an_object_replaced_while_it_is_read_is_read_to_its_end(tree: LocalTree) -> None:
    old = bytes(2 * PIECE)
    tree.write("bucket", "a", io.BytesIO(old))
    reader = tree.read("bucket", "a")
    first = next(reader)
    tree.write("bucket", "a", io.BytesIO(b"new"))
    assert first + b"".join(reader) == old


def test_a_file_changed_in_place_while_it_is_read_is_told(tree: LocalTree, root: Path) -> None:
    tree.write("bucket", "a", io.BytesIO(bytes(2 * PIECE)))
    reader = tree.read("bucket", "a")
    next(reader)
    with (root / "bucket" / "a").open("r+b") as file:
        file.write(b"changed")
    with pytest.raises(ChangedError):
        b"".join(reader)


def test_a_file_cut_off_while_it_is_read_is_told(tree: LocalTree, root: Path) -> None:
    tree.write("bucket", "a", io.BytesIO(bytes(3 * PIECE)))
    reader = tree.read("bucket", "a")
    next(reader)
    os.truncate(root / "bucket" / "a", PIECE + 10)
    with pytest.raises(TruncatedError):
        b"".join(reader)


def test_a_change_in_place_changes_the_etag(tree: LocalTree, root: Path) -> None:
    before = tree.write("bucket", "a", io.BytesIO(b"1234")).etag
    file = root / "bucket" / "a"
    file.write_bytes(b"5678")
    assert tree.stat("bucket", "a").etag != before


def test_a_bucket_removed_while_an_object_is_written_is_told(tree: LocalTree, root: Path) -> None:
    with pytest.raises(NoSuchBucketError):
        tree.write("bucket", "dir/a", io.BytesIO(b"x"), moved=lambda _: tree.remove_bucket("bucket"))
    assert sorted(one.name for one in root.iterdir() if one.is_dir()) == [".staging"]
    assert list((root / ".staging").iterdir()) == []


def open_descriptors() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


def test_no_descriptor_stays_open(tree: LocalTree) -> None:
    def act() -> None:
        tree.write("bucket", "a/b/c", io.BytesIO(b"x"))
        tree.copy("bucket", "a/b/c", "bucket", "a/d")
        tree.page("bucket", recursive=True, limit=1)
        reader = tree.read("bucket", "a/d")
        next(reader)
        reader.close()
        tree.remove_many("bucket", ["a/b/c", "a/d"])

    act()
    before = open_descriptors()
    for _ in range(20):
        act()
    assert open_descriptors() == before
