"""A run as a Python object."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from cellift.api.text import Text, UnknownNameError
from cellift.runs import states
from cellift.runs.store import RunStore

if TYPE_CHECKING:
    from pathlib import Path

    from cellift.api.loading import Loaded
    from cellift.notebook.diagnostics import Diagnostic
    from cellift.runs.model import Error, Metric, Task
    from cellift.runs.model import Run as RunRecord

MIME = "application/vnd.cellift.run+json"
_POLL_SECONDS = 0.05


class Run:
    """A run that is going on or over. What it says is read from the run's record, so it is never stale.

    ``run["train"]`` is a step, ``run["train"]["accuracy"]`` a value that the step made.
    """

    diagnostics: tuple[Diagnostic, ...]
    """What analysis warned of, when this object started the run; empty for a run that was looked up."""

    def __init__(self, run_id: str, store: RunStore, diagnostics: Iterable[Diagnostic] = ()) -> None:
        self.diagnostics = tuple(diagnostics)
        self._store = store
        self._record: RunRecord = store.load(run_id)

    @property
    def record(self) -> RunRecord:
        """The whole run as JSON-like data, as ``cellift runs show --json`` prints it."""
        if not states.is_terminal(self._record["state"]):
            self.refresh()
        return self._record

    @property
    def id(self) -> str:
        """The run's id; every unique prefix of it is accepted where an id is asked for."""
        return self._record["id"]

    @property
    def name(self) -> str:
        """The run's name, by default the notebook's."""
        return self._record["name"]

    @property
    def state(self) -> str:
        """``QUEUED``, ``PREPARING``, ``RUNNING``, ``CANCELLING``; final ``SUCCEEDED``, ``FAILED``, ``CANCELLED``."""
        return self.record["state"]

    @property
    def params(self) -> dict[str, Any]:
        """Values of the notebook's parameters in this run."""
        return dict(self._record["params"])

    @property
    def tasks(self) -> list[TaskView]:
        """The steps, in the order of the notebook."""
        return [TaskView(self, task["id"]) for task in self._record["tasks"]]

    @property
    def error(self) -> Error | None:
        """Why the run failed: reason, type, message, cell, line, traceback; None when it did not."""
        return self.record["error"]

    @property
    def metrics(self) -> list[Metric]:
        """What the steps reported: ``{"task", "key", "step", "time", "value"}`` each."""
        return list(self.record["metrics"])

    @property
    def folder(self) -> Path:
        """Where the run is recorded."""
        return self._store.folder(self.id)

    def refresh(self) -> Run:
        """Read the record again."""
        self._record = self._store.load(self.id)
        return self

    def wait(self, timeout: float | None = None) -> Run:
        """Return when the run is over; raise `TimeoutError` after *timeout* seconds (the run goes on).

        A run that failed does not raise: look at `state` and `error`.
        """
        if not states.is_terminal(self.state):
            for _ in self._store.follow(self.id, self._record["seq"], poll=_POLL_SECONDS, timeout=timeout):
                pass
        return self.refresh()

    def cancel(self, wait: float | None = 10.0) -> Run:
        """Stop the run and every process of it; for a run that is over, do nothing. Waits up to *wait* seconds."""
        from cellift.engine.launch import cancel

        cancel(self._store.home, self.id, wait=wait)
        return self.refresh()

    def logs(self, task: str | None = None, follow: bool = False) -> Text | None:
        """Return what the steps (or one: *task*, a name or id) printed; with *follow*, print it as it comes.

        *follow* returns None at the end of the run or step.
        """
        chosen = [self[task]] if task is not None else self.tasks
        if follow:
            from cellift.api.logs import follow_logs

            follow_logs(self._store, self.id, [view.id for view in chosen], sys.stdout, heads=task is None)
            return None
        if task is not None:
            return chosen[0].logs()
        return Text("".join(f"── {view.name} ──\n{_ended(view.logs())}" for view in chosen if view.attempt))

    def load(self, step: str, outputs: bool = False, namespace: dict[str, Any] | None = None) -> Loaded:
        """Put the inputs of *step* (a name or id) into this notebook, so that its cells can be run where it failed.

        What the step copies from the set-up (imports, functions, constants) is run as well. With *outputs*, what the
        step made is loaded instead. *namespace* is another place for the names. Raises `CannotLoadError`.
        """
        from cellift.api.loading import load

        place = sys.modules["__main__"].__dict__ if namespace is None else namespace
        return load(self, self[step], outputs=outputs, namespace=place)

    def __getitem__(self, step: str) -> TaskView:
        tasks = self._record["tasks"]
        for key in ("name", "id"):
            for task in tasks:
                if task[key] == step:
                    return TaskView(self, task["id"])
        import difflib

        names = [task["name"] for task in tasks]
        close = difflib.get_close_matches(step, names, 1)
        hint = f" Did you mean {close[0]}?" if close else ""
        raise UnknownNameError(f"Run {self.name} has no step {step!r}.{hint} Its steps: {', '.join(names)}.")

    def __iter__(self) -> Iterator[TaskView]:
        return iter(self.tasks)

    def __len__(self) -> int:
        return len(self._record["tasks"])

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Run) and self.id == other.id

    def __hash__(self) -> int:
        return hash(self.id)

    def _ipython_key_completions_(self) -> list[str]:
        return [task["name"] for task in self._record["tasks"]]

    def __repr__(self) -> str:
        from cellift.api.run_text import run_line

        return run_line(self.record)

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:  # noqa: ARG002
        from cellift.api.cell_numbers import cell_numbers
        from cellift.api.run_html import run_card
        from cellift.api.run_text import run_lines

        record = self.record
        numbers = cell_numbers(self.folder, record)
        return {
            MIME: {"run_id": self.id, "v": 1},
            "text/html": run_card(record, numbers),
            "text/plain": "\n".join(run_lines(record, numbers)),
        }


class TaskView(Mapping[str, Any]):
    """One step of a run, and a mapping from the names that it made to their values (read when asked for)."""

    def __init__(self, run: Run, task_id: str) -> None:
        self._run = run
        self._id = task_id

    @property
    def record(self) -> Task:
        """The task as JSON-like data."""
        return next(task for task in self._run.record["tasks"] if task["id"] == self._id)

    @property
    def id(self) -> str:
        """The step's id in the pipeline."""
        return self._id

    @property
    def name(self) -> str:
        """The step's name in the notebook."""
        return self.record["name"]

    @property
    def state(self) -> str:
        """The step's state, as for the run; also ``SKIPPED``."""
        return self.record["state"]

    @property
    def attempt(self) -> int:
        """The number of the last attempt, from 1; 0 before the first."""
        return self.record["attempt"]

    @property
    def error(self) -> Error | None:
        """Why the step failed, or None."""
        return self.record["error"]

    @property
    def outputs(self) -> list[dict[str, Any]]:
        """What the step made: ``{"name", "type", "preview", "bytes"}`` each, without reading the values."""
        return [dict(output) for output in self.record["outputs"]]

    def logs(self, attempt: int | None = None) -> Text:
        """Return what the step printed, by default in its last attempt."""
        path = self._run._store.log_path(self._run.id, self._id, attempt or max(self.attempt, 1))
        try:
            return Text(path.read_text("utf-8", "replace"))
        except FileNotFoundError:
            return Text("")

    def __getitem__(self, name: str) -> Any:
        record = self.record
        known = [output["name"] for output in record["outputs"]]
        if name not in known:
            if not states.is_terminal(record["state"]):
                why = f"it is {record['state'].lower()}; run.wait() returns when the run is over"
            else:
                why = f"it kept {', '.join(known) or 'none'}"
                why += f". To keep another name, give the step the option --output {name}"
            raise UnknownNameError(f"Step {self.name} has no value {name!r}: {why}.")
        from cellift.api.loading import bring_values, recorded_digests
        from cellift.values import Reader

        bring_values(self._run, [self._id])
        digests = recorded_digests(self._run).get(self._id, {})
        return Reader(self._run.folder / "values" / self._id, digests)[name]

    def __iter__(self) -> Iterator[str]:
        return iter([output["name"] for output in self.record["outputs"]])

    def __len__(self) -> int:
        return len(self.record["outputs"])

    def _ipython_key_completions_(self) -> Sequence[str]:
        return list(self)

    def __repr__(self) -> str:
        from cellift.api.run_text import task_line

        return task_line(self.record)


def _ended(text: str) -> str:
    return text if not text or text.endswith("\n") else f"{text}\n"
