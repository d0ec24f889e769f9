"""Runs that are written by hand, event by event, as the supervisor writes them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from cellift import values
from cellift.runs.journal import JournalWriter
from cellift.runs.store import RunStore

NOTEBOOK = {
    "cells": [
        {"id": "title", "cell_type": "markdown", "metadata": {}, "source": "# T"},
        {"id": "c-load", "cell_type": "code", "metadata": {}, "source": "x = 1"},
        {"id": "c-train", "cell_type": "code", "metadata": {}, "source": "model = x\nbad"},
    ],
    "metadata": {},
    "nbformat": 4,
}


class HandMade:
    """A run of two steps, load and "train it"; the lock is held until the end, as by a living supervisor."""

    def __init__(self, store: RunStore, notebook: str) -> None:
        self.store = store
        tasks = [
            {"id": "load", "name": "load", "cells": ["c-load"]},
            {"id": "train-it", "name": "train it", "cells": ["c-train"], "inputs": {"x": "load"}},
        ]
        self._new = store.create(
            name="quick",
            tasks=tasks,
            source={"notebook": notebook, "cells": ["c-load", "c-train"], "snapshot": "spec/notebook.ipynb"},
            params={"C": 2},
            spec={"notebook.ipynb": json.dumps(NOTEBOOK).encode()},
        )
        self.id = self._new.run_id
        self.folder = self._new.folder
        self._journal = JournalWriter(self.folder)

    def state(self, state: str, task: str | None = None, **fields: Any) -> None:
        if task is None:
            self._journal.append("run.state", state=state, **fields)
        else:
            self._journal.append("task.state", task=task, state=state, attempt=1, **fields)

    def print(self, task: str, text: str) -> None:
        with self.store.log_path(self.id, task, 1).open("a", encoding="utf-8") as file:
            file.write(text)

    def made(self, task: str, named: Mapping[str, Any]) -> None:
        index = values.write(self.folder / "values" / task, dict(named))
        outputs = [
            {key: one[key] for key in ("type", "preview", "bytes", "digest")} | {"name": name}
            for name, one in index["names"].items()
        ]
        self._journal.append("task.outputs", task=task, outputs=outputs)

    def metric(self, task: str, key: str, value: float) -> None:
        self._journal.append("metric", task=task, key=key, step=0, value=value)

    def succeed(self) -> HandMade:
        self.state("RUNNING")
        for task, named in (("load", {"x": [1, 2]}), ("train-it", {"accuracy": 0.5, "x": 3})):
            self.state("RUNNING", task)
            self.print(task, f"hello from {task}\n")
            self.made(task, named)
            self.state("SUCCEEDED", task)
        self.state("SUCCEEDED")
        return self

    def fail(self) -> HandMade:
        self.state("RUNNING")
        self.state("RUNNING", "load")
        self.state("SUCCEEDED", "load")
        self.state("RUNNING", "train-it")
        error = {
            "reason": "Exception",
            "type": "NameError",
            "message": "name 'bad' is not defined <b>",
            "task": "train-it",
            "cell": "c-train",
            "line": 2,
            "traceback": "Traceback (most recent call last):\n  cell 3, line 2\n    bad\nNameError: <b>",
        }
        self.state("FAILED", "train-it", error=error, exit_code=1)
        self.state("FAILED", error=error)
        return self


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CELLIFT_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.chdir(tmp_path)
    return tmp_path / "home"


@pytest.fixture
def new_run(home: Path, tmp_path: Path) -> Any:
    store = RunStore(home)
    return lambda notebook="quick.ipynb": HandMade(store, str(tmp_path / notebook))
