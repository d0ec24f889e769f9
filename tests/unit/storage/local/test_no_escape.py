from __future__ import annotations

import io
import os
import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from cellift.storage.errors import BadNameError, BucketExistsError, NoSuchBucketError, NotFoundError, StorageError
from cellift.storage.local.tree import LocalTree


@pytest.fixture
def outside(tmp_path: Path) -> Path:
    folder = tmp_path / "outside"
    folder.mkdir()
    (folder / "secret").write_text("secret")
    return folder


def everything(tree: LocalTree, key: str) -> list[Callable[[], object]]:
    """Each way to reach what is behind a key."""
    return [
        lambda: tree.stat("bucket", key),
        lambda: next(tree.read("bucket", key)),
        lambda: tree.write("bucket", key, io.BytesIO(b"x")),
        lambda: tree.copy("bucket", key, "bucket", "copy"),
        lambda: tree.copy("bucket", "real", "bucket", key),
    ]


def test_a_link_to_a_folder_is_not_followed(tree: LocalTree, root: Path, outside: Path) -> None:
    tree.write("bucket", "real", io.BytesIO(b"x"))
    (root / "bucket" / "dir").mkdir()
    (root / "bucket" / "dir" / "link").symlink_to(outside)
    for ask in everything(tree, "dir/link/secret"):
        with pytest.raises((NotFoundError, BadNameError)):
            ask()
    tree.remove("bucket", "dir/link/secret")
    assert tree.page("bucket", "dir/link/") == ([], [], None)
    assert [one.key for one in tree.page("bucket", recursive=True).objects] == ["dir/", "real"]
    assert [one.name for one in outside.iterdir()] == ["secret"]
    assert (outside / "secret").read_text() == "secret"


@pytest.mark.parametrize("target", ["secret", "not-there"])
def test_a_link_to_a_file_is_no_object(tree: LocalTree, root: Path, outside: Path, target: str) -> None:
    tree.write("bucket", "real", io.BytesIO(b"x"))
    link = root / "bucket" / "link"
    link.symlink_to(outside / target)
    for ask in everything(tree, "link"):
        with pytest.raises((NotFoundError, BadNameError)):
            ask()
    tree.remove("bucket", "link")
    assert link.is_symlink()
    assert [one.key for one in tree.page("bucket").objects] == ["real"]
    assert [one.name for one in outside.iterdir()] == ["secret"]


def test_a_link_is_no_bucket(tree: LocalTree, root: Path, outside: Path) -> None:
    (root / "linked").symlink_to(outside)
    assert [one.name for one in tree.buckets()] == ["bucket"]
    for ask in (
        lambda: tree.page("linked"),
        lambda: tree.write("linked", "a", io.BytesIO(b"x")),
        lambda: tree.remove_bucket("linked"),
    ):
        with pytest.raises(NoSuchBucketError):
            ask()
    with pytest.raises(BucketExistsError):
        tree.make_bucket("linked")
    assert [one.name for one in outside.iterdir()] == ["secret"]


def test_a_folder_that_becomes_a_link_while_its_object_is_written_is_refused(
    tree: LocalTree, root: Path, outside: Path
) -> None:
    folder = root / "bucket" / "dir"
    folder.mkdir()

    def swap(_: int) -> None:
        folder.rmdir()
        folder.symlink_to(outside)

    with pytest.raises(BadNameError, match="is a link"):
        tree.write("bucket", "dir/new", io.BytesIO(b"x"), moved=swap)
    assert [one.name for one in outside.iterdir()] == ["secret"]
    assert list((root / ".staging").iterdir()) == []


def test_what_is_no_file_is_no_object_and_blocks_nobody(tree: LocalTree, root: Path) -> None:
    os.mkfifo(root / "bucket" / "pipe")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(root / "bucket" / "sock"))
    for key in ("pipe", "sock"):
        with pytest.raises(StorageError):
            next(tree.read("bucket", key))
        with pytest.raises(NotFoundError):
            tree.stat("bucket", key)
        with pytest.raises(BadNameError, match="link or a device"):
            tree.write("bucket", key, io.BytesIO(b"x"))
    assert tree.page("bucket") == ([], [], None)


def test_files_whose_names_no_key_can_have_are_left_out(tree: LocalTree, root: Path) -> None:
    folder = os.fsencode(root / "bucket")
    for name in (b"bad\xff", b"new\nline", b"back\\slash", b".rclone_temp_1", b"good"):
        Path(os.fsdecode(folder + b"/" + name)).write_text("x")
    for name in (b"bad\xfe", b"new\nfolder"):
        Path(os.fsdecode(folder + b"/" + name)).mkdir()
        Path(os.fsdecode(folder + b"/" + name + b"/inner")).write_text("x")
    assert tree.page("bucket").prefixes == []
    assert [one.key for one in tree.page("bucket", recursive=True).objects] == ["good"]
    assert [one.key for one in tree.page("bucket").objects] == ["good"]
    with pytest.raises(StorageError, match="not empty"):
        tree.remove("bucket", "good")
        tree.remove_bucket("bucket")


def test_a_tree_deeper_than_a_key_can_be_is_listed_as_far_as_keys_reach(
    tree: LocalTree, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    start = os.open(root / "bucket", os.O_RDONLY)
    for _ in range(12):
        os.mkdir("d" * 100, dir_fd=start)
        inner = os.open("d" * 100, os.O_RDONLY, dir_fd=start)
        os.close(start)
        start = inner
        for name in ("f", "g" * 50):
            os.close(os.open(name, os.O_CREAT, dir_fd=start))
    os.close(start)
    reads = []
    real = os.scandir
    monkeypatch.setattr(os, "scandir", lambda folder: reads.append(folder) or real(folder))
    found = [one.key for one in tree.page("bucket", recursive=True).objects]
    assert len(found) == 10 + 9 and max(map(len, found)) <= 1024
    assert len(reads) == 1 + 10, "folders further down are not even opened"
