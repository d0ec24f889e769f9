"""What the steps of a run read from stores: recorded before the run, fetched before the step."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cellift.engine.executor_input import STEP_PARAMETER
from cellift.engine.outcome import log_tail
from cellift.notebook.diagnostics import RefusedError, diagnose
from cellift.supervise.spawn import StartError, spawn

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from cellift.engine.step import Step
    from cellift.supervise.children import Children


def with_records(plan: Mapping[str, Any]) -> dict[str, Any]:
    """The plan with etag, version and size of every object that its steps read.

    Raises RefusedError with a diagnostic for each that is not there or cannot be looked at.
    """
    tasks = list(plan["tasks"])
    if not any(task["reads"] for task in tasks):
        return dict(plan)
    from cellift.storage.errors import StorageError
    from cellift.storage.inputs import find

    problems = []
    for place, task in enumerate(tasks):
        reads = []
        for read in task["reads"]:
            where = (read["connection"], read["bucket"], read["key"])
            try:
                reads.append({"name": read["name"], **find(*where)})
            except (StorageError, OSError) as error:
                problems.append(
                    diagnose(
                        "CL611",
                        f"Step {task['name']} reads an object that cannot be had: {error}",
                        cell=task["cells"][0] if task["cells"] else None,
                        line=1,
                        fix="Put the object there, or correct --input; `cellift data ls` shows what is there.",
                    )
                )
        tasks[place] = {**task, "reads": reads}
    if problems:
        raise RefusedError(problems)
    return {**plan, "tasks": tasks}


def with_paths(task: Mapping[str, Any], home: Path) -> Mapping[str, Any]:
    """The task with the local paths in the place of the names that its code has for objects."""
    named = [read for read in task["reads"] if read["name"]]
    if not named:
        return task
    from cellift.notebook.data_inputs import assignment
    from cellift.storage.inputs import copy_path
    from cellift.storage.targets import SCHEME

    step = json.loads(task["parameters"][STEP_PARAMETER]["value"])
    for part in step["code"]:
        first, end, rest = part["source"].partition("\n")
        for read in named:
            was = assignment(read["name"], f"data:{read['uri'].removeprefix(SCHEME)}")
            first = first.replace(was, assignment(read["name"], str(copy_path(read, home))))
        part["source"] = first + end + rest
    text = json.dumps(step, ensure_ascii=False)
    return {**task, "parameters": {**task["parameters"], STEP_PARAMETER: {"value": text}}}


def fetching(reads: Sequence[Mapping[str, Any]]) -> str:
    """What a step waits for, in one line."""
    from cellift.storage.inputs import shown_name

    return f"Fetching {', '.join(shown_name(read) for read in reads)}."


class StepInputs:
    """``are_there`` has them brought when it is asked first; ``error`` says why they never will be."""

    def __init__(self, folder: Path, children: Children, on_change: Callable[[], None]) -> None:
        self._folder = folder
        self._home = folder.parent.parent
        self._children = children
        self._on_change = on_change
        self._state: dict[str, str | None] = {}
        """Task -> None while its inputs are on their way, nothing when they are there, else why they are not."""

    def are_there(self, step: Step, env: Callable[[], Mapping[str, str]]) -> bool:
        """Whether everything that the step reads is here, as it was when the run began."""
        reads = step.plan["reads"]
        if not reads:
            return True
        if step.id not in self._state:
            from cellift.storage.inputs import is_fetched

            # A copy that is here is of the object that was recorded, whatever has become of that since.
            here = all(read["name"] and is_fetched(read, self._home) for read in reads)
            self._state[step.id] = "" if here else None
            if not here:
                self._bring(step, reads, env())
        return self._state[step.id] == ""

    def error(self, step: Step) -> dict[str, Any] | None:
        """The error of a step whose inputs could not be had."""
        told = self._state.get(step.id)
        if not told:
            return None
        return {"reason": "NoInput", "message": f"Step {step.name}: {told}", "code": "CL612"}

    def _bring(self, step: Step, reads: Sequence[Mapping[str, Any]], env: Mapping[str, str]) -> None:
        log = self._folder / "logs" / f"{step.id}.inputs.log"
        file = self._folder / "tasks" / f"{step.id}.inputs.json"
        file.write_text(json.dumps(reads), encoding="utf-8")
        command = [sys.executable, "-m", "cellift.engine.fetch_inputs", str(file), str(self._home)]
        try:
            pid = spawn(command, env=env, cwd=str(self._folder), log=str(log))
        except StartError as error:
            self._state[step.id] = str(error)
            return

        def on_exit(code: int) -> None:
            from cellift.engine.fetch_inputs import TOLD

            self._state[step.id] = ""
            if code != 0:
                said = log_tail(log)
                self._state[step.id] = said if code == TOLD else f"what it reads could not be fetched.\n{said}"
            self._on_change()

        self._children.watch(pid, on_exit)
