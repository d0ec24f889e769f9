from __future__ import annotations

from pathlib import Path

import pytest

from unit.storage.clean_home import clean_home


@pytest.fixture(autouse=True)
def user(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    return clean_home(tmp_path, monkeypatch)
