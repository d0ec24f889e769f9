from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cellift.server import keepalive
from recorded import RecordedRun


async def eventually(holds: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + 5
    while not holds() and time.monotonic() < deadline:
        await asyncio.sleep(0.02)
    return holds()


async def test_activity_is_noted_until_no_run_goes_on(
    jp_serverapp: Any, cellift_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keepalive, "PERIOD", 0.05)
    settings = jp_serverapp.web_app.settings
    kept, times = settings["cellift"].service.keepalive, settings["last_activity_times"]
    run = RecordedRun(cellift_home)
    kept.begin()
    first = times["cellift"]
    assert await eventually(lambda: times["cellift"] > first)
    run.finish()
    assert await eventually(lambda: not kept.active)
