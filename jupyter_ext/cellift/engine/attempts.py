"""What an attempt of a task has left on the disk: which files it used, and its folders before the next attempt."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING, Any

from cellift.engine.executor_input import artifacts_folder, values_folder
from cellift.engine.file_order import FileUse

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

FILES = "files.jsonl"
"""Below the task's folder: ``{"read": path}`` or ``{"written": path}`` a line, as the step uses them."""


def file_use(folder: Path, task_id: str, result: Mapping[str, Any] | None, started: float, finished: float) -> FileUse:
    """The files that an attempt used, from its result, else from the notes that it made on the way."""
    told = (result or {}).get("files")
    if told is None:
        told = {"read": [], "written": []}
        for line in _lines(folder / "tasks" / task_id / FILES):
            for key in told:
                if key in line:
                    told[key].append(line[key])
    return FileUse(started, finished, frozenset(told.get("read", ())), frozenset(told.get("written", ())))


def clear(folder: Path, task_id: str) -> None:
    """Remove what an earlier attempt made, so that nothing of it is taken for the next one's."""
    for place in (values_folder(folder, task_id), artifacts_folder(folder, task_id), folder / "tasks" / task_id):
        shutil.rmtree(place, ignore_errors=True)


def _lines(path: Path) -> list[dict[str, Any]]:
    try:
        text = path.read_text(encoding="utf-8", errors="surrogateescape")
    except OSError:
        return []
    found = []
    for line in text.splitlines():
        try:
            value = json.loads(line)
        except ValueError:
            continue  # cut off
        if isinstance(value, dict):
            found.append(value)
    return found
