from __future__ import annotations

import time
import uuid

from cellift.runs.clock import timestamp
from cellift.runs.ids import is_run_id, new_run_id


def test_ids_are_uuids_of_version_7_with_the_time_in_front() -> None:
    before = time.time_ns() // 1_000_000
    run_id = new_run_id()
    parsed = uuid.UUID(run_id)
    assert (parsed.version, parsed.variant) == (7, uuid.RFC_4122)
    assert before <= parsed.int >> 80 <= before + 5000


def test_ids_of_one_process_increase() -> None:
    ids = [new_run_id() for _ in range(10_000)]
    assert ids == sorted(set(ids))


def test_only_whole_ids_are_ids() -> None:
    run_id = new_run_id()
    assert is_run_id(run_id)
    assert not any(
        is_run_id(text) for text in (run_id[:-1], run_id.upper(), run_id.replace("-", ""), f"{run_id}.removed")
    )


def test_times_are_utc_with_milliseconds() -> None:
    assert timestamp(0) == "1970-01-01T00:00:00.000Z"
    assert timestamp(1.9996) == "1970-01-01T00:00:01.999Z"
