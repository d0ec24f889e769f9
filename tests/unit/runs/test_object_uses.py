"""Which run read or made an object."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from cellift.runs import states
from cellift.runs.journal import JournalWriter
from cellift.runs.objects import addresses
from cellift.runs.store import RunStore

READ = {"name": "raw", "uri": "cellift://s/b/in/a.csv", "etag": "e1", "version": None, "bytes": 3, "checksums": {}}


@pytest.fixture
def store(tmp_path: Path) -> Iterator[RunStore]:
    store = RunStore(tmp_path / "home")
    yield store
    store.close()


def record(store: RunStore, name: str, *made: str) -> str:
    """A run whose task ``a`` reads an object, and whose task ``b`` makes these."""
    new = store.create(name=name, tasks=[{"id": "a", "reads": [READ]}, {"id": "b"}])
    journal = JournalWriter(new.folder)
    journal.append("task.state", task="b", state=states.RUNNING, attempt=1)
    for number, uri in enumerate(made):
        journal.append("artifact", task="b", name=f"n{number}", uri="/a/local/folder")
        journal.append("artifact.stored", task="b", attempt=1, name=f"n{number}", uri=uri, files={})
    journal.append("run.state", sync=True, state=states.SUCCEEDED)
    journal.release_reserve()
    journal.close()
    new.release()
    return new.run_id


def test_an_object_is_known_by_its_address_and_those_of_its_folders() -> None:
    assert addresses("s", "b", "x/y/z") == ["cellift://s/b/x/y/z", "cellift://s/b/x/y/", "cellift://s/b/x/"]
    assert addresses("s", "b", "z") == ["cellift://s/b/z"]


def test_who_read_it_the_newest_first(store: RunStore) -> None:
    first, second = record(store, "one"), record(store, "two")
    found = store.using("s", "b", "in/a.csv")
    assert [(use["run"], use["name"], use["task"], use["role"], use["etag"]) for use in found] == [
        (second, "two", "a", "read", "e1"),
        (first, "one", "a", "read", "e1"),
    ]
    assert found[0]["created"] == store.load(second)["created"]
    assert [use["run"] for use in store.using("s", "b", "in/a.csv", limit=1)] == [second]
    assert store.using("s", "b", "in/b.csv") == store.using("t", "b", "in/a.csv") == []


def test_who_made_it_also_by_the_folder_that_it_is_in(store: RunStore) -> None:
    run = record(store, "one", "cellift://s/b/out/run/")
    (use,) = store.using("s", "b", "out/run/x/0.pickle")
    assert (use["run"], use["task"], use["role"], use["etag"]) == (run, "b", "made", "")
    assert store.using("s", "b", "out/run2/x") == []


def test_a_run_that_goes_on_is_known_and_one_that_is_removed_is_not(store: RunStore) -> None:
    new = store.create(name="demo", tasks=[{"id": "a", "reads": [READ]}])
    assert [use["run"] for use in store.using("s", "b", "in/a.csv")] == [new.run_id]
    new.release()
    assert store.load(new.run_id)["state"] == states.FAILED
    assert len(store.using("s", "b", "in/a.csv")) == 1
    store.remove(new.run_id)
    assert store.using("s", "b", "in/a.csv") == []


def test_an_index_of_before_is_made_anew(store: RunStore) -> None:
    run = record(store, "one")
    store.list()
    store.close()
    with sqlite3.connect(store.home / "index.sqlite") as db:
        db.execute("DROP TABLE objects")
        db.execute("PRAGMA user_version = 1")
    db.close()
    assert [use["run"] for use in store.using("s", "b", "in/a.csv")] == [run]
