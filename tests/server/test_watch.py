"""Run events over Jupyter's event bus: only while watched, and for every run, wherever it was started."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator

from cellift.server import follower, journals
from cellift.server.events import SCHEMA_ID
from recorded import RecordedRun


class Bus:
    """Run events as a subscriber gets them over the websocket."""

    def __init__(self, socket: Any, schema: dict[str, Any]) -> None:
        self._socket = socket
        self._validator = Draft7Validator(schema)

    async def next(self, seconds: float = 10) -> dict[str, Any]:
        """The next run event, without the event capsule."""
        deadline = time.monotonic() + seconds
        while True:
            message = await asyncio.wait_for(self._socket.read_message(), max(0.01, deadline - time.monotonic()))
            event = json.loads(message)
            if event.pop("schema_id") == SCHEMA_ID:
                payload = {key: value for key, value in event.items() if not key.startswith("__")}
                self._validator.validate(payload)
                return payload

    async def until(self, wanted: Callable[[dict[str, Any]], bool], seconds: float = 10) -> list[dict[str, Any]]:
        """All events up to the one that is wanted."""
        deadline = time.monotonic() + seconds
        seen = []
        while True:
            seen.append(await self.next(deadline - time.monotonic()))
            if wanted(seen[-1]):
                return seen

    async def silent(self, seconds: float = 0.8) -> bool:
        try:
            await self.next(seconds)
        except asyncio.TimeoutError:
            return True
        return False


@pytest.fixture
def subscribe(jp_serverapp: Any, jp_ws_fetch: Any) -> Callable[[], Any]:
    async def _subscribe() -> Bus:
        schema = jp_serverapp.event_logger.schemas.get(SCHEMA_ID)._schema
        return Bus(await jp_ws_fetch("api", "events", "subscribe"), schema)

    return _subscribe


async def test_a_watcher_hears_of_runs_that_go_on_and_of_what_happens_in_them(
    call: Any, subscribe: Any, cellift_home: Path
) -> None:
    RecordedRun(cellift_home, "over").finish()
    run = RecordedRun(cellift_home)
    bus = await subscribe()
    assert (await call("POST", "watch")).json == {"ttl": 45}
    assert await bus.next() == {"run_id": run.id, "state": "RUNNING", "seq": 2}
    seq = run.event("task.state", task="load", state="RUNNING", attempt=1)
    assert await bus.next() == {"run_id": run.id, "task_id": "load", "state": "RUNNING", "seq": seq}
    run.finish()
    heard = await bus.until(lambda event: "task_id" not in event)
    assert [(event.get("task_id"), event["state"]) for event in heard] == [
        ("load", "SUCCEEDED"),
        ("train", "SUCCEEDED"),
        (None, "SUCCEEDED"),
    ]


async def test_changes_between_two_looks_are_one_event_with_the_state_now(
    call: Any, subscribe: Any, cellift_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(follower, "TICK", 0.6)
    run = RecordedRun(cellift_home)
    bus = await subscribe()
    await call("POST", "watch")
    await bus.next()
    run.event("task.state", task="load", state="PREPARING", attempt=1)
    run.event("task.state", task="load", state="RUNNING", attempt=1)
    seq = run.event("task.outputs", task="load", outputs=[])
    assert await bus.next() == {"run_id": run.id, "task_id": "load", "state": "RUNNING", "seq": seq}
    assert await bus.silent()
    run.finish()


async def test_a_run_that_is_started_elsewhere_is_noticed(call: Any, subscribe: Any, cellift_home: Path) -> None:
    bus = await subscribe()
    await call("POST", "watch")
    await asyncio.sleep(0.3)
    run = RecordedRun(cellift_home)
    assert (await bus.next())["run_id"] == run.id
    run.finish()
    assert (await bus.until(lambda event: "task_id" not in event))[-1]["state"] == "SUCCEEDED"


async def test_a_run_that_is_asked_for_by_id_is_told_once_even_when_it_is_over(
    call: Any, subscribe: Any, cellift_home: Path
) -> None:
    run = RecordedRun(cellift_home).finish("FAILED")
    bus = await subscribe()
    await call("POST", "watch", {"runs": [run.id, "nonsense", "../../etc"]})
    event = await bus.next()
    assert (event["run_id"], event["state"]) == (run.id, "FAILED")
    await call("POST", "watch", {"runs": [run.id]})
    assert await bus.silent()


async def test_a_run_whose_supervisor_vanishes_ends_in_an_event(
    call: Any, subscribe: Any, cellift_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journals, "CHECK", 0.1)
    run = RecordedRun(cellift_home)
    bus = await subscribe()
    await call("POST", "watch")
    assert (await bus.next())["state"] == "RUNNING"
    run.abandon()
    assert (await bus.until(lambda event: "task_id" not in event))[-1]["state"] == "FAILED"


async def test_without_a_lease_there_is_silence(
    call: Any, subscribe: Any, cellift_home: Path, jp_serverapp: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(follower, "LEASE", 0.5)
    service = jp_serverapp.web_app.settings["cellift"].service
    run = RecordedRun(cellift_home)
    bus = await subscribe()
    await call("POST", "watch")
    await bus.next()
    deadline = time.monotonic() + 5
    while service.follower.active and time.monotonic() < deadline:
        await asyncio.sleep(0.02)
    assert not service.follower.active
    run.event("task.state", task="load", state="RUNNING", attempt=1)
    assert await bus.silent()
    # A new lease begins with how things are.
    await call("POST", "watch")
    assert (await bus.next())["seq"] == 3
    run.finish()


async def test_a_run_that_goes_on_keeps_a_watched_server_from_being_culled(
    call: Any, subscribe: Any, cellift_home: Path, jp_serverapp: Any
) -> None:
    times = jp_serverapp.web_app.settings["last_activity_times"]
    bus = await subscribe()
    await call("POST", "watch")
    await asyncio.sleep(0.6)
    assert "cellift" not in times  # a forgotten browser tab is no reason to keep a server
    run = RecordedRun(cellift_home)
    await bus.next()
    deadline = time.monotonic() + 5
    while "cellift" not in times and time.monotonic() < deadline:
        await asyncio.sleep(0.02)
    assert "cellift" in times
    assert jp_serverapp.web_app.last_activity() >= times["cellift"]
    run.finish()


async def test_following_goes_on_after_a_look_that_failed(
    call: Any, subscribe: Any, cellift_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from cellift.server.journals import Journals

    poll, failures = Journals.poll, [OSError("the disk is away")]

    def fails_once(self: Journals, asked: Any) -> Any:
        if failures:
            raise failures.pop()
        return poll(self, asked)

    monkeypatch.setattr(Journals, "poll", fails_once)
    monkeypatch.setattr(follower, "PAUSE", 0.1)
    run = RecordedRun(cellift_home)
    bus = await subscribe()
    await call("POST", "watch")
    assert (await bus.next())["run_id"] == run.id
    run.finish()


@pytest.mark.parametrize("body", ['{"runs": "x"}', '{"runs": [1]}', '{"run": []}', "[]", "{"])
async def test_a_wrong_body_is_refused(call: Any, body: str) -> None:
    assert (await call("POST", "watch", text=body)).status == 400
