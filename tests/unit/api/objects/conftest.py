from __future__ import annotations

from pathlib import Path

import pytest

import cellift
from cellift.api import Data


@pytest.fixture
def wine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Data:
    """An empty bucket of a local tree, with no other connection."""
    for name in ("HOME", "XDG_CONFIG_HOME", "CELLIFT_HOME"):
        monkeypatch.setenv(name, str(tmp_path / name.lower()))
    for name in ("AWS_ACCESS_KEY_ID", "AWS_PROFILE", "AWS_CONFIG_FILE", "MINIO_ENDPOINT", "MC_CONFIG_DIR"):
        monkeypatch.delenv(name, raising=False)
    return cellift.data("local/wine").make_bucket()
