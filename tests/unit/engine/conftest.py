from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from cellift.engine import launch as launching
from cellift.runs import states
from unit.engine.kit import SECONDS, Bench, census


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bench]:
    monkeypatch.setattr(launching, "GRACE_SECONDS", 0.5)
    bench = Bench(tmp_path)
    yield bench
    for launch in bench.started:
        if not states.is_terminal(bench.store.load(launch.run_id)["state"]):
            launching.cancel(bench.home, launch.run_id, wait=SECONDS)
        assert census(launch.run_id) == []
    bench.store.close()


@pytest.fixture
def environment() -> dict[str, str]:
    return dict(os.environ)
