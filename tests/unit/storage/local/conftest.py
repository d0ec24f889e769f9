from __future__ import annotations

from pathlib import Path

import pytest

from cellift.storage.local.tree import LocalTree


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "home" / "data"


@pytest.fixture
def tree(root: Path) -> LocalTree:
    """A tree with one bucket, ``bucket``."""
    tree = LocalTree(root)
    tree.make_bucket("bucket")
    return tree
