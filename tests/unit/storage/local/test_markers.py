from __future__ import annotations

import io
from pathlib import Path

import pytest

from cellift.storage.errors import BadNameError, ChangedError, NotFoundError, StorageError
from cellift.storage.local.tree import LocalTree


def test_a_marker_has_no_bytes(tree: LocalTree) -> None:
    with pytest.raises(BadNameError, match="no bytes"):
        tree.write("bucket", "d/", io.BytesIO(b"x"))
    assert tree.page("bucket") == ([], [], None)


def test_a_marker_is_read_by_its_etag(tree: LocalTree) -> None:
    found = tree.write("bucket", "d/", io.BytesIO())
    assert list(tree.read("bucket", "d/", etag=found.etag)) == []
    with pytest.raises(ChangedError):
        next(tree.read("bucket", "d/", etag="another"))


def test_a_marker_is_copied_to_a_marker_only(tree: LocalTree) -> None:
    tree.write("bucket", "d/", io.BytesIO())
    tree.write("bucket", "a", io.BytesIO(b"x"))
    tree.copy("bucket", "d/", "bucket", "e/f/")
    for key, to_key in (("d/", "g"), ("a", "g/")):
        with pytest.raises(BadNameError, match="marker"):
            tree.copy("bucket", key, "bucket", to_key)
    with pytest.raises(NotFoundError):
        tree.copy("bucket", "none/", "bucket", "h/")
    assert [one.key for one in tree.page("bucket", recursive=True).objects] == ["a", "d/", "e/f/"]


def test_a_folder_that_holds_only_a_link_cannot_be_removed_and_that_is_told(tree: LocalTree, root: Path) -> None:
    tree.write("bucket", "d/", io.BytesIO())
    (root / "bucket" / "d" / "link").symlink_to("nowhere")
    with pytest.raises(StorageError, match="cannot be removed"):
        tree.remove("bucket", "d/")
    assert tree.remove_many("bucket", ["d/", "other"]).keys() == {"d/"}
