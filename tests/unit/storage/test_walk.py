from __future__ import annotations

import io
from pathlib import Path

import pytest

from cellift.storage import walk
from cellift.storage.local.tree import LocalTree
from cellift.storage.walk import entries, is_folder, objects


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> LocalTree:
    """A few objects, seen in pages of two."""
    monkeypatch.setattr(walk, "MOST_KEYS", 2)
    store = LocalTree(tmp_path)
    store.make_bucket("bucket")
    for key in ("a-b", "a.txt", "a/x", "a/y/z", "a0", "b/c"):
        store.write("bucket", key, io.BytesIO())
    return store


def test_all_objects_come_page_by_page(store: LocalTree) -> None:
    assert [one.key for one in objects(store, "bucket")] == ["a-b", "a.txt", "a/x", "a/y/z", "a0", "b/c"]
    assert [one.key for one in objects(store, "bucket", "a/")] == ["a/x", "a/y/z"]


def test_objects_and_prefixes_come_in_one_order(store: LocalTree) -> None:
    assert [row.name for row in entries(store, "bucket")] == ["a-b", "a.txt", "a/", "a0", "b/"]
    assert [row.info is None for row in entries(store, "bucket", "a/")] == [False, True]


def test_a_folder_is_there_when_any_key_begins_with_it(store: LocalTree) -> None:
    assert [is_folder(store, "bucket", prefix) for prefix in ("a/", "a/y/", "a/x/", "c/")] == [True, True, False, False]
