"""Which uses of files the guard notes, and which are nobody's business."""

from __future__ import annotations

import json
import os
import sqlite3
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from cellift.pipeline.runtime.file_guard import FileGuard


@pytest.fixture
def guard(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    (tmp_path / "work" / ".hidden").mkdir(parents=True)
    (tmp_path / "work" / "sub" / "__pycache__").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "work")
    for name in ("there.txt", ".hidden/x", "sub/__pycache__/m.pyc", "m.pyc", "sub/y"):
        Path(name).write_text("abc")
    made = FileGuard(None)
    made.start()
    made.own()
    yield made
    made._pid = 0  # it hears nothing more


def _written_by_hand() -> None:
    os.close(os.open("there.txt", os.O_RDWR))


def _made_by_hand() -> None:
    os.close(os.open("there.txt", os.O_WRONLY | os.O_TRUNC))


def _read_twice() -> None:
    Path("there.txt").read_text()
    Path("there.txt").read_text()


def _in_a_child() -> None:
    child = os.fork()
    if child == 0:
        Path("there.txt").read_text()
        os._exit(0)
    os.waitpid(child, 0)


USES: list[tuple[Callable[[], object], list[str], list[str]]] = [
    (lambda: Path("there.txt").read_text(), ["there.txt"], []),
    (lambda: Path("there.txt").write_text("d"), [], ["there.txt"]),
    (lambda: Path("new.txt").open("x").close(), [], ["new.txt"]),
    (lambda: Path("there.txt").open("r+").close(), ["there.txt"], ["there.txt"]),
    (_written_by_hand, ["there.txt"], ["there.txt"]),
    (_made_by_hand, [], ["there.txt"]),
    (lambda: Path("there.txt").unlink(), [], ["there.txt"]),
    (lambda: os.truncate("there.txt", 1), [], ["there.txt"]),
    (lambda: sqlite3.connect("data.db").close(), ["data.db"], ["data.db"]),
    (lambda: Path("sub/y").read_text(), ["sub/y"], []),
    (lambda: Path(".hidden/x").read_text(), [], []),
    (lambda: Path("sub/__pycache__/m.pyc").read_text(), [], []),
    (lambda: Path("m.pyc").read_text(), [], []),
    (lambda: Path("../elsewhere").write_text("d"), [], []),
    (lambda: os.close(os.dup(0)), [], []),
    (lambda: os.close(os.open("sub", os.O_RDONLY)), [], []),
    (_read_twice, ["there.txt"], []),
]


@pytest.mark.parametrize(("use", "read", "written"), USES)
def test_each_use_is_noted_as_what_it_is(guard: FileGuard, use, read, written) -> None:
    use()
    assert guard.used() == {"read": read, "written": written}


def test_what_the_step_wrote_itself_is_not_read_from_before(guard: FileGuard) -> None:
    Path("new.txt").write_text("1")
    Path("new.txt").read_text()
    assert guard.used() == {"read": [], "written": ["new.txt"]}


def test_a_file_of_no_name_is_nothing(guard: FileGuard) -> None:
    descriptor = os.open("there.txt", os.O_RDONLY)
    guard.read.clear()
    with os.fdopen(descriptor) as file:
        file.read()
    assert guard.used() == {"read": [], "written": []}


def test_a_child_notes_nothing_in_the_file_of_its_parent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path / "work")
    Path("there.txt").write_text("abc")
    task = tmp_path / "a" / "b" / "c" / "d" / "task"
    guard = FileGuard(str(task))
    guard.start()
    guard.own()
    _in_a_child()
    guard._pid = 0
    assert (task / "files.jsonl").read_text() == ""


def test_a_file_that_repeated_code_opened_is_written_when_the_step_writes_to_it(guard: FileGuard) -> None:
    guard.own(False)
    with Path("there.txt").open("a") as log, Path("other.txt").open("a") as other:
        other.write("as every step does\n")
        other.flush()
        guard.own()
        assert guard.used() == {"read": [], "written": []}
        log.write("1")
        log.flush()
        assert guard.used() == {"read": ["there.txt"], "written": ["there.txt"]}


def test_what_is_written_to_an_open_file_is_told_before_the_next_statement(tmp_path: Path, monkeypatch) -> None:
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path / "work")
    task = tmp_path / "a" / "b" / "c" / "d" / "task"
    guard = FileGuard(str(task))
    guard.start()
    with Path("log.txt").open("a", buffering=1) as log:
        guard.own()
        log.write("1\n")
        guard.own()
    guard._pid = 0
    assert [json.loads(line) for line in (task / "files.jsonl").read_text().splitlines()] == [
        {"read": "log.txt"},
        {"written": "log.txt"},
    ]


def test_threads_that_use_files_at_the_same_time_are_all_heard(guard: FileGuard, monkeypatch) -> None:
    note = FileGuard._note

    def slowly(self: FileGuard, kind: str, path: str) -> None:
        if self is guard and path == "there.txt":
            other = threading.Thread(target=Path("sub/y").read_text)
            other.start()
            other.join()
        note(self, kind, path)

    monkeypatch.setattr(FileGuard, "_note", slowly)
    Path("there.txt").read_text()
    assert guard.used()["read"] == ["sub/y", "there.txt"]
