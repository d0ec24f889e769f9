"""Journal and creation record -> the run as it is now. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from cellift.runs import states

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from cellift.runs.model import Error, Event, Metric, Run, Summary, Task


def full_error(error: Mapping[str, Any]) -> Error:
    """``error`` with every key of the model."""
    return {
        "reason": str(error.get("reason") or "Error"),
        "type": error.get("type"),
        "message": str(error.get("message") or ""),
        "task": error.get("task"),
        "cell": error.get("cell"),
        "line": error.get("line"),
        "traceback": error.get("traceback"),
        "code": error.get("code"),
        "resumable": bool(error.get("resumable", False)),
    }


def new_task(record: Mapping[str, Any]) -> Task:
    """A task as it is before anything happened, from the creation record."""
    return {
        "id": record["id"],
        "name": record.get("name", record["id"]),
        "kind": record.get("kind", "step"),
        "state": states.QUEUED,
        "reason": None,
        "attempt": 0,
        "started": None,
        "finished": None,
        "exit_code": None,
        "launch": None,
        "error": None,
        "inputs": dict(record.get("inputs", {})),
        "reads": list(record.get("reads", [])),
        "outputs": [],
        "display": [],
        "resources": dict(record.get("resources", {})),
        "cells": list(record.get("cells", [])),
    }


class Reducer:
    """Folds events into a run. ``run`` is the run after the last :meth:`apply`."""

    def __init__(self, record: Mapping[str, Any]) -> None:
        source = record.get("source", {})
        self.run: Run = {
            "id": record["id"],
            "kind": record.get("kind", "pipeline"),
            "name": record["name"],
            "state": states.QUEUED,
            "reason": None,
            "created": record["created"],
            "started": None,
            "finished": None,
            "source": {
                "notebook": source.get("notebook"),
                "cells": list(source.get("cells", [])),
                "git": source.get("git"),
                "snapshot": source.get("snapshot"),
            },
            "params": dict(record.get("params", {})),
            "metrics": [],
            "tasks": [new_task(task) for task in record.get("tasks", [])],
            "artifacts": [],
            "warnings": [],
            "error": None,
            "seq": 0,
        }
        self._tasks = {task["id"]: task for task in self.run["tasks"]}

    def apply(self, events: Iterable[Event]) -> Run:
        """Take in ``events`` and return the run. Unknown types are passed over (a newer Cellift wrote them)."""
        for event in events:
            self._apply(event)
            self.run["seq"] = event["seq"]
        return self.run

    def _apply(self, event: Event) -> None:
        kind = event["type"]
        run = self.run
        if kind == "run.state":
            self._run_state(event)
        elif kind == "run.source":
            run["source"]["git"] = event.get("git")
        elif kind == "warning":
            run["warnings"].append(
                {
                    "code": event.get("code"),
                    "message": str(event.get("message", "")),
                    "task": event.get("task"),
                    "time": event["time"],
                }
            )
        elif kind == "metric":
            run["metrics"].append(
                {
                    "task": event["task"],
                    "key": event["key"],
                    "step": event.get("step", 0),
                    "time": event["time"],
                    "value": event["value"],
                }
            )
        elif kind == "artifact":
            run["artifacts"].append(
                {
                    "task": event["task"],
                    "name": event["name"],
                    "type": event.get("artifact_type", "system.Artifact"),
                    "uri": event["uri"],
                    "bytes": event.get("bytes", 0),
                    "stored": None,
                }
            )
        elif kind == "artifact.stored":
            self._stored(event)
        elif kind in ("task.state", "task.outputs"):
            task = self._tasks.get(event["task"])
            if task is not None:
                if event.get("attempt", 0) > task["attempt"] > 0:
                    self._discard(task)
                (self._task_state if kind == "task.state" else self._task_outputs)(task, event)

    def _run_state(self, event: Event) -> None:
        run = self.run
        if states.is_terminal(run["state"]):
            return  # final is final: the first terminal event counts
        state = event["state"]
        run["state"] = state
        run["reason"] = event.get("reason")
        # Preparing (importing what the set-up imports) is work that people wait for, so it counts.
        if state in (states.PREPARING, states.RUNNING) and run["started"] is None:
            run["started"] = event["time"]
        if states.is_terminal(state):
            run["finished"] = event["time"]
            error = event.get("error")
            run["error"] = full_error(error) if error else None

    def _stored(self, event: Event) -> None:
        task = self._tasks.get(event["task"])
        if task is None or event["attempt"] != task["attempt"]:
            return  # what an attempt made that was void when the upload ended
        for one in self.run["artifacts"]:
            if (one["task"], one["name"]) == (event["task"], event["name"]):
                one["stored"] = event["uri"]

    def _discard(self, task: Task) -> None:
        """A task runs again: what its last attempt gave is void."""
        self.run["metrics"] = [one for one in self.run["metrics"] if one["task"] != task["id"]]
        self.run["artifacts"] = [one for one in self.run["artifacts"] if one["task"] != task["id"]]
        task["outputs"], task["display"] = [], []
        task["started"], task["finished"], task["exit_code"], task["error"] = None, None, None, None

    @staticmethod
    def _task_state(task: Task, event: Event) -> None:
        state = event["state"]
        task["state"] = state
        task["reason"] = event.get("reason")
        task["attempt"] = event.get("attempt", task["attempt"])
        task["launch"] = event.get("launch", task["launch"])
        task["inputs"] = dict(event.get("inputs", task["inputs"]))
        if state == states.RUNNING:
            # A new attempt starts with a clean slate.
            task["started"], task["finished"], task["exit_code"], task["error"] = event["time"], None, None, None
        if states.is_terminal(state):
            task["finished"] = event["time"]
            task["exit_code"] = event.get("exit_code")
            error = event.get("error")
            task["error"] = full_error(error) if error else None

    @staticmethod
    def _task_outputs(task: Task, event: Event) -> None:
        task["outputs"] = cast(
            "Any",
            [
                {
                    "name": item["name"],
                    "type": item.get("type", ""),
                    "preview": item.get("preview", ""),
                    "bytes": item.get("bytes", 0),
                }
                for item in event.get("outputs", [])
            ],
        )
        task["display"] = cast(
            "Any", [{key: item.get(key) for key in ("cell", "mime", "file")} for item in event.get("display", [])]
        )


def summarise(run: Run, size: int | None) -> Summary:
    """A row of the run table; ``size`` is the disk use in bytes, None while it is not known."""
    done = sum(1 for task in run["tasks"] if states.is_terminal(task["state"]))
    return {
        "id": run["id"],
        "kind": run["kind"],
        "name": run["name"],
        "state": run["state"],
        "reason": run["reason"],
        "created": run["created"],
        "started": run["started"],
        "finished": run["finished"],
        "source": run["source"],
        "params": run["params"],
        "metric": _telling(run["metrics"]),
        "progress": {"done": done, "total": len(run["tasks"])},
        "bytes": size,
        "error": run["error"],
        "seq": run["seq"],
    }


def _telling(metrics: Sequence[Metric]) -> Metric | None:
    """The metric that says most in one cell of a table: the last one, whole numbers (counts, mostly) after the others.

    Metrics are recorded as their steps finish.
    """
    measured = [one for one in metrics if not isinstance(one["value"], int)]
    return next(reversed(measured or list(metrics)), None)
