from __future__ import annotations

from typing import Any

import pytest

from cellift.runs.reduce import Reducer, summarise


def reduced(*events: tuple[str, str]) -> dict[str, Any]:
    record = {
        "id": "r",
        "kind": "pipeline",
        "name": "n",
        "created": "2026-01-01T00:00:00.000Z",
        "source": {},
        "params": {},
        "tasks": [],
    }
    journal = [
        {"seq": number, "time": time, "type": "run.state", "state": state}
        for number, (state, time) in enumerate(events, start=1)
    ]
    return dict(Reducer(record).apply(journal))


def test_preparing_counts_as_time_of_the_run() -> None:
    run = reduced(("PREPARING", "2026-01-01T00:00:01.000Z"), ("RUNNING", "2026-01-01T00:00:05.000Z"))
    assert run["started"] == "2026-01-01T00:00:01.000Z"


def test_waiting_in_a_queue_does_not_count_as_time_of_the_run() -> None:
    run = reduced(("QUEUED", "2026-01-01T00:00:01.000Z"), ("RUNNING", "2026-01-01T00:00:05.000Z"))
    assert run["started"] == "2026-01-01T00:00:05.000Z"


def test_the_first_final_state_counts() -> None:
    run = reduced(("CANCELLED", "2026-01-01T00:00:01.000Z"), ("SUCCEEDED", "2026-01-01T00:00:05.000Z"))
    assert run["state"] == "CANCELLED"


@pytest.mark.parametrize(
    ("recorded", "shown"),
    [
        ([], None),
        ([("a", 0.5), ("b", 0.75)], "b"),
        ([("accuracy", 0.5), ("rows", 178)], "accuracy"),
        ([("rows", 178), ("columns", 13)], "columns"),
    ],
)
def test_the_last_metric_is_shown_and_counts_only_for_want_of_others(
    recorded: list[tuple[str, float]], shown: str | None
) -> None:
    record = {"id": "r", "name": "n", "created": "2026-01-01T00:00:00.000Z"}
    events: list[Any] = [
        {"seq": number, "time": "t", "type": "metric", "task": "a", "key": key, "value": value}
        for number, (key, value) in enumerate(recorded)
    ]
    metric = summarise(Reducer(record).apply(events), None)["metric"]
    assert (metric and metric["key"]) == shown
