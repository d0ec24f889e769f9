from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from cellift.runs import states
from cellift.runs.errors import AmbiguousRunError, RunActiveError, RunBrokenError, RunNotFoundError
from cellift.runs.journal import JournalWriter
from cellift.runs.lock import write_owner
from cellift.runs.store import NewRun, RunStore

SCHEMA = json.loads(
    (Path(__file__).parents[3] / "jupyter_ext" / "cellift" / "runs" / "run.schema.json").read_text(encoding="utf-8")
)
SUMMARY = {**SCHEMA, **SCHEMA["$defs"]["summary"]}


@pytest.fixture
def store(tmp_path: Path) -> Iterator[RunStore]:
    store = RunStore(tmp_path / "home")
    yield store
    store.close()


def make(store: RunStore, name: str = "demo", **more: Any) -> NewRun:
    tasks = [{"id": "a", "name": "A", "cells": ["c1"]}, {"id": "b", "name": "B", "cells": ["c2"], "inputs": {"x": "a"}}]
    return store.create(name=name, tasks=tasks, params={"n": 5}, **more)


def finish(new: NewRun, state: str = states.SUCCEEDED, **more: Any) -> str:
    journal = JournalWriter(new.folder)
    journal.append("run.state", state=states.RUNNING)
    journal.append("run.state", sync=True, state=state, **more)
    journal.release_reserve()
    journal.close()
    new.release()
    return new.run_id


def test_a_new_run_is_queued_and_whole(store: RunStore) -> None:
    new = make(store)
    run = store.load(new.run_id)
    assert run["state"] == "QUEUED"
    assert run["params"] == {"n": 5}
    assert [(task["id"], task["state"], task["inputs"]) for task in run["tasks"]] == [
        ("a", "QUEUED", {}),
        ("b", "QUEUED", {"x": "a"}),
    ]
    jsonschema.validate(run, SCHEMA)


def test_a_run_with_everything_fits_the_schema(store: RunStore) -> None:
    new = make(store, source={"notebook": "/n.ipynb", "cells": ["c1"], "snapshot": "spec/notebook.ipynb"})
    journal = JournalWriter(new.folder)
    journal.append("run.state", state=states.RUNNING)
    journal.append("run.source", git={"commit": "abc", "branch": "main", "dirty": False})
    journal.append("task.state", task="a", state=states.RUNNING, attempt=1, launch="forked", pid=1)
    out = {"name": "m", "type": "float", "preview": "0.5", "bytes": 3, "digest": "d", "file": "f"}
    journal.append("task.outputs", task="a", outputs=[out], display=[{"cell": "c1", "mime": "image/png", "file": "p"}])
    journal.append("metric", task="a", key="m", step=0, value=0.5)
    journal.append("artifact", task="a", name="values", artifact_type="system.Artifact", uri="/v", bytes=3)
    journal.append("warning", code="CL506", message="less memory")
    error = {"reason": "Exception", "type": "ValueError", "message": "no", "cell": "c1", "line": 2}
    journal.append("task.state", task="a", state=states.FAILED, exit_code=1, error=error)
    journal.append("task.state", task="b", state=states.SKIPPED, reason="A failed.")
    journal.append("run.state", state=states.FAILED, error={**error, "task": "a"})
    new.release()
    run = store.load(new.run_id)
    jsonschema.validate(run, SCHEMA)
    assert run["tasks"][0]["outputs"] == [{"name": "m", "type": "float", "preview": "0.5", "bytes": 3}]
    assert run["error"] is not None
    assert (run["error"]["task"], run["error"]["line"]) == ("a", 2)
    (row,) = store.list()["runs"]
    jsonschema.validate(row, SUMMARY)
    assert row["progress"] == {"done": 2, "total": 2}
    assert row["metric"] is not None
    assert row["bytes"]


def test_list_pages_from_newest_to_oldest(store: RunStore) -> None:
    ids = [finish(make(store)) for _ in range(5)]
    first = store.list(limit=2)
    second = store.list(limit=2, cursor=first["next"])
    third = store.list(limit=2, cursor=second["next"])
    found = [row["id"] for page in (first, second, third) for row in page["runs"]]
    assert found == ids[::-1]
    assert third["next"] is None


def test_list_filters_by_state_notebook_and_text(store: RunStore) -> None:
    good = finish(make(store, name="wine quality", source={"notebook": "/a.ipynb"}))
    bad = finish(
        make(store, source={"notebook": "/b.ipynb"}),
        states.FAILED,
        error={"reason": "Exception", "type": "KeyError", "message": "Bouquet"},
    )
    assert [row["id"] for row in store.list(state="FAILED")["runs"]] == [bad]
    assert [row["id"] for row in store.list(state=["FAILED", "SUCCEEDED"])["runs"]] == [bad, good]
    assert [row["id"] for row in store.list(notebook="/a.ipynb")["runs"]] == [good]
    assert [row["id"] for row in store.list(text="QUALITY wine")["runs"]] == [good]
    assert [row["id"] for row in store.list(text="bouquet")["runs"]] == [bad]
    assert store.list(text="bouquet wine")["runs"] == []


def test_text_filter_takes_signs_literally(store: RunStore) -> None:
    finish(make(store, name="plain"))
    odd = finish(make(store, name="100%_sure"))
    assert [row["id"] for row in store.list(text="0%_s")["runs"]] == [odd]


def test_list_sees_changes_of_a_run_that_goes_on(store: RunStore) -> None:
    new = make(store)
    assert store.list()["runs"][0]["state"] == "QUEUED"
    JournalWriter(new.folder).append("run.state", state=states.RUNNING)
    assert store.list()["runs"][0]["state"] == "RUNNING"
    assert store.active_count() == 1


@pytest.mark.parametrize("damage", ["missing", "garbage", "old version"])
def test_index_is_rebuilt_from_the_journals(store: RunStore, damage: str) -> None:
    ids = {finish(make(store)) for _ in range(3)}
    assert len(store.list()["runs"]) == 3
    store.close()
    path = store.home / "index.sqlite"
    if damage == "missing":
        path.unlink()
    elif damage == "garbage":
        path.write_bytes(b"this is no database" * 1000)
    else:
        import sqlite3

        db = sqlite3.connect(path)
        db.execute("PRAGMA user_version = 0")
        db.execute("DELETE FROM runs")
        db.commit()
        db.close()
    assert {row["id"] for row in store.list()["runs"]} == ids


def test_listing_works_without_a_right_to_write_the_index(store: RunStore) -> None:
    run_id = finish(make(store))
    (store.home / "index.sqlite").mkdir()  # no database can be made here, not even by root
    assert [row["id"] for row in store.list()["runs"]] == [run_id]


def test_resolve_takes_whole_ids_and_unique_prefixes(store: RunStore) -> None:
    first, second = finish(make(store)), finish(make(store))
    common = "".join(a for at, a in enumerate(first) if second.startswith(first[: at + 1]))
    assert store.resolve(first) == first
    assert store.resolve(first[: len(common) + 1]) == first
    assert store.resolve(second.replace("-", "").upper()) == second
    with pytest.raises(AmbiguousRunError) as caught:
        store.resolve(common[:3])
    assert caught.value.candidates == [second, first]
    for unknown in ("zzz", "", "00000000-0000-7000-8000-000000000000"):
        with pytest.raises(RunNotFoundError):
            store.resolve(unknown)


def test_remove_refuses_a_run_that_goes_on(store: RunStore) -> None:
    new = make(store)
    with pytest.raises(RunActiveError):
        store.remove(new.run_id)
    assert new.folder.exists()


def test_remove_deletes_folder_and_row(store: RunStore) -> None:
    keep, gone = finish(make(store)), finish(make(store))
    store.list()
    store.remove(gone)
    assert not store.folder(gone).exists()
    assert [row["id"] for row in store.list()["runs"]] == [keep]
    assert list((store.home / "staging").iterdir()) == []
    with pytest.raises(RunNotFoundError):
        store.remove(gone)


def test_folder_deleted_by_hand_leaves_the_list(store: RunStore) -> None:
    import shutil

    keep, gone = finish(make(store)), finish(make(store))
    store.list()
    shutil.rmtree(store.folder(gone))
    assert [row["id"] for row in store.list()["runs"]] == [keep]


def test_run_without_supervisor_is_closed_as_interrupted(store: RunStore) -> None:
    new = make(store)
    journal = JournalWriter(new.folder)
    journal.append("run.state", state=states.RUNNING)
    journal.append("task.state", task="a", state=states.RUNNING, attempt=1)
    write_owner(new.lock_fd, {"pid": 1, "boot": "another start of the machine"})
    assert store.load(new.run_id)["state"] == "RUNNING"
    new.release()  # as when the machine went down
    run = store.load(new.run_id)
    assert run["state"] == "FAILED"
    assert run["error"] is not None
    assert (run["error"]["reason"], run["error"]["resumable"]) == ("Interrupted", True)
    assert "restarted" in run["error"]["message"]
    assert [task["state"] for task in run["tasks"]] == ["FAILED", "SKIPPED"]
    assert store.list()["runs"][0]["state"] == "FAILED"
    again = store.load(new.run_id)
    assert again == run


def test_cancelled_run_that_lost_its_supervisor_is_cancelled(store: RunStore) -> None:
    new = make(store)
    JournalWriter(new.folder).append("run.state", state=states.CANCELLING)
    new.release()
    assert store.load(new.run_id)["state"] == "CANCELLED"


def test_damaged_record_is_named_and_does_not_stop_the_list(store: RunStore) -> None:
    keep, bad = finish(make(store)), finish(make(store))
    (store.folder(bad) / "run.json").write_text("{")
    with pytest.raises(RunBrokenError, match=bad):
        store.load(bad)
    assert [row["id"] for row in store.list()["runs"]] == [keep]


def test_follow_gives_each_event_once_and_ends_with_the_run(store: RunStore) -> None:
    new = make(store)
    seen = []
    for event in store.follow(new.run_id, timeout=10):
        seen.append(event["seq"])
        if event["seq"] == 1:
            finish(new)
    assert seen == [1, 2, 3]
    assert [event["seq"] for event in store.follow(new.run_id, since_seq=2)] == [3]


def test_follow_ends_when_the_supervisor_is_gone(store: RunStore) -> None:
    new = make(store)
    new.release()
    events = list(store.follow(new.run_id, timeout=10))
    assert events[-1]["error"]["reason"] == "Interrupted"


def test_failed_creation_leaves_nothing(store: RunStore, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_room(folder: Path, tasks: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("cellift.runs.store.allocate_reserve", no_room)
    with pytest.raises(OSError, match="No space"):
        make(store)
    assert store.list()["runs"] == []
    assert list((store.home / "staging").iterdir()) == []


def test_texts_that_are_no_unicode_are_listed_and_found(store: RunStore) -> None:
    """An error message or a file name may hold bytes that are no UTF-8; one such run must not hide the others."""
    odd = "/data/\udcff.ipynb"
    first = make(store, name="na\udcffme", source={"notebook": odd})
    finish(first, states.FAILED, error={"reason": "Exception", "type": "E", "message": "bad \udcff", "task": "a"})
    second = make(store)
    finish(second)
    assert [run["id"] for run in store.list()["runs"]] == [second.run_id, first.run_id]
    assert [run["id"] for run in store.list(notebook=odd)["runs"]] == [first.run_id]
    assert [run["id"] for run in store.list(text="na\udcffme")["runs"]] == [first.run_id]
    assert store.list(text="no\udcffthing")["runs"] == []
    jsonschema.validate(store.load(first.run_id), SCHEMA)
