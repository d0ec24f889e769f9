"""Notebooks and runs for the server's tests; the runs are recorded by the run store itself, without processes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from cellift.runs import states
from cellift.runs.journal import JournalWriter
from cellift.runs.store import RunStore


class RecordedRun:
    """A run of two steps, ``load`` and ``train``, that goes on until :meth:`finish`."""

    def __init__(self, home: Path, name: str = "demo", notebook: Path | None = None) -> None:
        store = RunStore(home)
        self._new = store.create(
            name=name,
            tasks=[
                {"id": "load", "name": "Load", "cells": ["cell0"]},
                {"id": "train", "name": "Train", "cells": ["cell1"], "inputs": {"x": "load"}},
            ],
            source={"notebook": str(notebook) if notebook else None, "cells": ["cell0", "cell1"]},
        )
        self.id = self._new.run_id
        self.folder = self._new.folder
        self._journal = JournalWriter(self.folder)
        self.event("run.state", state=states.RUNNING)

    def event(self, kind: str, **fields: Any) -> int:
        """Append an event and return its ``seq``."""
        return int(self._journal.append(kind, **fields)["seq"])

    def log(self, data: bytes, task: str = "load", attempt: int = 1) -> None:
        with RunStore(self.folder.parent.parent).log_path(self.id, task, attempt).open("ab") as file:
            file.write(data)

    def display(self, name: str, data: bytes, task: str = "load") -> Path:
        path = self.folder / "values" / task / "display" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        return path

    def finish(self, state: str = states.SUCCEEDED, **more: Any) -> RecordedRun:
        for task in ("load", "train"):
            self.event("task.state", task=task, state=state, attempt=1)
        self.event("run.state", state=state, **more)
        self.abandon()
        return self

    def abandon(self) -> None:
        """Let go of the run, as a supervisor that is over (or dies) does."""
        self._journal.close()
        self._new.release()


def notebook(*cells: str, kernel: str = "python3") -> dict[str, Any]:
    """A notebook with code cells; ``# step NAME`` as the first line of a cell marks it, by metadata."""
    made = []
    for number, text in enumerate(cells):
        first, _, rest = text.partition("\n")
        marked = first.startswith("# step ")
        made.append(
            {
                "cell_type": "code",
                "id": f"cell{number}",
                "metadata": {"cellift": {"step": first.removeprefix("# step ")}} if marked else {},
                "source": rest if marked else text,
                "outputs": [],
                "execution_count": None,
            }
        )
    return {
        "cells": made,
        "metadata": {
            "kernelspec": {"name": kernel, "display_name": kernel, "language": "python"},
            "language_info": {"name": "python"},
        },
        "nbformat": 4,
        "nbformat_minor": 5,
    }
