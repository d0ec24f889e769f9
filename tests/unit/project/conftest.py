from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from cellift.project.snapshot import Project

Beside = Callable[..., Project]


@pytest.fixture
def beside(tmp_path: Path) -> Beside:
    """A project whose folder holds the given files."""

    def make(files: dict[str, str]) -> Project:
        for name, text in files.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        return Project(tmp_path)

    return make
