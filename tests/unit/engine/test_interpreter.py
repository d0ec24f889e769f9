"""An interpreter that cannot run steps is refused in words, before anything is recorded."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from cellift.engine.interpreter import check_interpreter
from cellift.engine.launch import LaunchError, start_notebook
from cellift.runs.store import RunStore
from unit.notebook.make_notebook import notebook


def program(tmp_path: Path, text: str) -> str:
    path = tmp_path / "python3"
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return str(path)


def test_this_interpreter_is_fine() -> None:
    check_interpreter(sys.executable, os.environ)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("echo hello", "is no working Python: asked for its version, it ended with exit code 0"),
        ("echo 'no such module: x' >&2; exit 3", "exit code 3 and said: no such module: x"),
        ("echo 2.7", "is Python 2.7; steps need Python 3.9 or newer"),
        ("echo 3.8", "is Python 3.8; steps need Python 3.9 or newer"),
    ],
)
def test_what_cannot_run_steps_is_refused(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(LaunchError, match=message):
        check_interpreter(program(tmp_path, text), os.environ)


def test_file_for_another_machine_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "python3"
    path.write_bytes(b"\x7fELF nothing")
    path.chmod(0o755)
    with pytest.raises(LaunchError, match="cannot be run"):
        check_interpreter(str(path), os.environ)


def test_nothing_is_recorded(tmp_path: Path) -> None:
    with pytest.raises(LaunchError):
        start_notebook(
            notebook("%%step a\nx = 1"), None, home=tmp_path, cwd=str(tmp_path), python=program(tmp_path, "exit 1")
        )
    assert RunStore(tmp_path).list()["runs"] == []
