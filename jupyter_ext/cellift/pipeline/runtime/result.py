"""What a step leaves besides its values: ``result.json`` for the local engine, the executor output for KFP."""

from __future__ import annotations

import json
import os
from typing import Any

from .spec import StepInput
from .value_guard import ValueGuard

RESULT = "result.json"

_MOST_SHOWN = 100

RESERVE = "result.reserve"
"""A file of blanks beside the folders of the tasks."""


def write_result(task_dir: str | None, result: dict[str, Any]) -> None:
    """Write ``result.json`` into ``task_dir`` (if there is one), whole or not at all."""
    if task_dir is None:
        return
    os.makedirs(task_dir, exist_ok=True)
    path, text = os.path.join(task_dir, RESULT), json.dumps(result)
    try:
        _write(path, text)
    except OSError:
        if not _write_in_reserve(os.path.join(os.path.dirname(task_dir), RESERVE), path, text):
            raise


def _write_in_reserve(reserve: str, path: str, text: str) -> bool:
    """On a full disk: write over the blanks in the file that was set aside for the first step that needs it."""
    try:
        if len(text) > os.path.getsize(reserve):
            return False
        os.rename(reserve, path)
        with open(path, "r+b") as file:
            file.write(text.encode("ascii"))
    except OSError:
        return False
    return True


def success(index: dict[str, Any], seconds: float, changed: list[str], seen: ValueGuard) -> dict[str, Any]:
    """The result of a step that wrote ``index``.

    ``changed``: what it changed unseen. ``seen`` tells what it took and left as it was and its outputs share objects
    with, and what it changed and does not hand on.
    """
    outputs = [
        {
            "name": name,
            "type": entry["type"],
            "preview": entry["preview"],
            "bytes": entry["bytes"],
            "digest": entry["digest"],
            "file": index["groups"][entry["group"]]["file"],
            **({"kept": True} if entry.get("kept") else {}),
        }
        for name, entry in index["names"].items()
    ]
    return {
        "ok": True,
        "outputs": outputs,
        "display": index["display"],
        "code_seconds": round(seconds, 6),
        "changed": changed,
        **({"holds": seen.holds} if seen.holds else {}),
        **({"spent": sorted(seen.spent)} if seen.spent else {}),
    }


def write_executor_output(step: StepInput, index: dict[str, Any], files: dict[str, Any]) -> None:
    """Tell Kubeflow Pipelines what is in the artifacts, so that its pages can show it."""
    if step.output_file is None:
        return
    shown = {name: f"{entry['type']}: {entry['preview']}" for name, entry in list(index["names"].items())[:_MOST_SHOWN]}
    told = {"values": {"artifacts": [{"name": "values", "uri": step.uri, "metadata": shown}]}}
    if files:
        written = dict.fromkeys(list(files["files"])[:_MOST_SHOWN], "written")
        told["files"] = {"artifacts": [{"name": "files", "uri": step.files_uri, "metadata": written}]}
    os.makedirs(os.path.dirname(step.output_file) or ".", exist_ok=True)
    _write(step.output_file, json.dumps({"artifacts": told}))


def _write(path: str, text: str) -> None:
    temporary = f"{path}.{os.getpid()}.part"
    try:
        with open(temporary, "w", encoding="utf-8") as file:
            file.write(text)
        os.replace(temporary, path)
    except OSError:
        if os.path.exists(temporary):
            os.unlink(temporary)
        raise
