"""Objects that steps read: recorded with what tells them apart, fetched once, never another one than was recorded."""

from __future__ import annotations

import os
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event
from typing import Any

import pytest

from cellift.storage.connections.opening import open_store
from cellift.storage.errors import ChangedError, NotFoundError
from cellift.storage.inputs import check, copy_path, fetch, find, is_fetched, shown_name
from cellift.storage.targets import at_address
from cellift.storage.transfer import download


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CELLIFT_HOME", str(tmp_path / "home"))
    (tmp_path / "home" / "data" / "box").mkdir(parents=True)
    return tmp_path / "home"


def put(home: Path, key: str, text: str) -> None:
    import io

    open_store("local").write("box", key, io.BytesIO(text.encode()))


def test_an_object_is_recorded_with_etag_and_size(home: Path) -> None:
    put(home, "x/a.csv", "1,2")
    record = find("local", "box", "x/a.csv")
    assert record["uri"] == "cellift://local/box/x/a.csv"
    assert record["etag"] == open_store("local").stat("box", "x/a.csv").etag != ""
    assert record["bytes"] == 3
    assert at_address(record["uri"]) == ("local", "box", "x/a.csv")
    with pytest.raises(NotFoundError):
        find("local", "box", "x/b.csv")


def test_a_copy_is_private_read_only_and_named_like_the_object(home: Path) -> None:
    put(home, "x/a.csv", "1,2")
    path = fetch(find("local", "box", "x/a.csv"), home)
    assert (path.name, path.read_text()) == ("a.csv", "1,2")
    assert stat.S_IMODE(path.stat().st_mode) == 0o400
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_it_is_fetched_once(home: Path) -> None:
    put(home, "a.csv", "1,2")
    record = find("local", "box", "a.csv")
    assert not is_fetched(record, home)
    path = fetch(record, home)
    assert is_fetched(record, home)
    (home / "data" / "box" / "a.csv").unlink()
    assert fetch(record, home) == path


def test_who_comes_while_it_is_fetched_waits_for_that(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(home, "a.csv", "1,2")
    record = find("local", "box", "a.csv")
    begun, may, calls = Event(), Event(), []

    def slow(*args: Any) -> Any:
        calls.append(args)
        begun.set()
        assert may.wait(60)
        return download(*args)

    monkeypatch.setattr("cellift.storage.transfer.download", slow)
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(fetch, record, home)
        assert begun.wait(60)
        second = pool.submit(fetch, record, home)
        may.set()
        assert first.result(60) == second.result(60)
    assert len(calls) == 1


def test_a_copy_that_somebody_wrote_to_is_fetched_again(home: Path) -> None:
    put(home, "a.csv", "1,2")
    record = find("local", "box", "a.csv")
    path = fetch(record, home)
    path.chmod(0o600)
    path.write_text("3,4")
    os.utime(path, ns=(0, 0))
    assert not is_fetched(record, home)
    assert fetch(record, home).read_text() == "1,2"


def test_an_object_that_was_replaced_is_never_taken_for_the_recorded_one(home: Path) -> None:
    put(home, "a.csv", "1,2")
    record = find("local", "box", "a.csv")
    check(record)
    put(home, "a.csv", "3,4")
    for ask in (lambda: check(record), lambda: fetch(record, home)):
        with pytest.raises(ChangedError, match=r"^local/box/a\.csv was replaced after the run had begun"):
            ask()
    assert not is_fetched(record, home)
    new = find("local", "box", "a.csv")
    assert copy_path(new, home) != copy_path(record, home)
    assert fetch(new, home).read_text() == "3,4"


def test_an_object_that_is_replaced_while_it_is_fetched_leaves_no_copy(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(home, "a.csv", "1,2")
    record = find("local", "box", "a.csv")

    def replaced(checked: object) -> None:
        put(home, "a.csv", "3,4")

    monkeypatch.setattr("cellift.storage.inputs.check", replaced)
    with pytest.raises(ChangedError):
        fetch(record, home)
    assert not copy_path(record, home).exists()


def test_a_hostile_key_names_no_other_place_and_is_shown_escaped(home: Path) -> None:
    record = {"uri": "cellift://s/box/x/..\x1b[31m\\..", "etag": "", "version": None, "bytes": 0}
    path = copy_path(record, home)
    assert path.parent.parent == home / "cache" / "objects"
    assert path.name == "_..__31m_.."
    assert shown_name(record) == "s/box/x/..\\x1b[31m\\.."
