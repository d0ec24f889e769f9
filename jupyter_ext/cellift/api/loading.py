"""A step's inputs or outputs in the memory of this process, as they were in the run."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from cellift.api.table import columns
from cellift.api.words import size
from cellift.runs import states

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from cellift.api.handle import Run, TaskView
    from cellift.pipeline.runtime.inputs import Inputs
    from cellift.pipeline.runtime.spec import StepInput
    from cellift.runs.model import Run as RunRecord
    from cellift.runs.model import Task

_DONE = (states.SUCCEEDED, states.CACHED)


class CannotLoadError(Exception):
    """Something of the step cannot be had here; the message says what, why, and what to do."""


@dataclass(frozen=True)
class Loaded:
    """What was put into the namespace. ``rows``: name, type, size and origin each."""

    step: str
    rows: tuple[tuple[str, str, str, str], ...]
    notes: tuple[str, ...] = ()

    def __repr__(self) -> str:
        head = ("Name", "Type", "Size", "From")
        table = columns([head, *self.rows]) if self.rows else [f"Step {self.step} takes no values."]
        return "\n".join([*table, *self.notes])

    def _ipython_key_completions_(self) -> list[str]:
        return [row[0] for row in self.rows]


def load(run: Run, view: TaskView, *, outputs: bool, namespace: dict[str, Any]) -> Loaded:
    """Run what the step copies from the set-up in ``namespace`` and bind its inputs there, or its outputs.

    Raises `CannotLoadError`.
    """
    record = run.record
    task = view.record
    tasks = {one["id"]: one for one in record["tasks"]}
    _require_producers(task, tasks, outputs=outputs)
    bring_values(run, [task["id"]] if outputs else sorted(set(task["inputs"].values())))
    given = _step_input(run.folder, task, recorded_digests(run))
    bound = _run_setup(given, task, namespace)
    if outputs:
        wanted = {item["name"]: task["id"] for item in task["outputs"]}
    else:
        wanted = dict(task["inputs"])
    wanted = {name: by for name, by in wanted.items() if ":" not in name}
    failed = _bind(run, wanted, bound, namespace, outputs=outputs)
    rows = [
        _row(name, by, tasks, namespace[name])
        for name, by in wanted.items()
        if name not in failed and name in namespace
    ]
    if not outputs:
        rows += [(name, type(value).__name__, "", "parameter") for name, value in given.parameters.items()]
    if failed:
        others = f" Loaded: {', '.join(row[0] for row in rows)}." if rows else ""
        raise CannotLoadError(" ".join(failed.values()) + others)
    return Loaded(task["name"], tuple(rows), tuple(_notes(run.folder, record, task, given, outputs=outputs)))


def recorded_digests(run: Run) -> dict[str, dict[str, str]]:
    """Task -> name -> digest, as the last attempts reported them to the journal: nothing else is unpickled."""
    found: dict[str, dict[str, str]] = {}
    for event in run._store.events(run.id):
        if event["type"] == "task.outputs":
            found[event["task"]] = {item["name"]: item.get("digest", "") for item in event["outputs"]}
    return found


def bring_values(run: Run, tasks: Iterable[str]) -> None:
    """Fetch what these tasks made from the store that the run uploaded it to, as far as it is not here any more.

    Raises CannotLoadError when it cannot be had from there.
    """
    stored = {one["task"] for one in run.record["artifacts"] if one["stored"]}
    wanted = [task for task in tasks if task in stored]
    if not wanted:
        return
    from cellift.engine.stored_artifacts import NotAsRecordedError, bring_back
    from cellift.storage.errors import StorageError

    for task in wanted:
        try:
            bring_back(run.folder, run._store.events(run.id), task)
        except (StorageError, OSError, NotAsRecordedError) as error:
            raise CannotLoadError(
                f"What step {run[task].name} made is not on this machine any more, and cannot be fetched: {error}"
            ) from error


def _require_producers(task: Task, tasks: Mapping[str, Task], *, outputs: bool) -> None:
    name = task["name"]
    if outputs and task["state"] not in _DONE:
        raise CannotLoadError(
            f"Step {name} {_ended(task['state'])}, so it has no outputs. Without --outputs its inputs are loaded."
        )
    for taken, by in task["inputs"].items():
        producer = tasks[by]
        if producer["state"] not in _DONE:
            raise CannotLoadError(
                f"Step {name} takes `{taken}` from step {producer['name']}, which {_ended(producer['state'])}. "
                f"There is nothing to load yet; %pipeline load with step {producer['name']} loads what that one takes."
            )


def _ended(state: str) -> str:
    if state == states.FAILED:
        return "failed"
    return f"{'was' if states.is_terminal(state) else 'is'} {state.lower()}"


def _step_input(folder: Path, task: Task, digests: Mapping[str, Mapping[str, str]]) -> StepInput:
    """What the runner is given, with the inputs as the last attempt had them."""
    from cellift.engine.executor_input import executor_input
    from cellift.engine.sourcing import resourced
    from cellift.pipeline.runtime.spec import parse

    try:
        plan = json.loads((folder / "spec" / "plan.json").read_bytes())
    except (OSError, ValueError) as error:
        raise CannotLoadError(f"The run's plan cannot be read ({error}). Run the notebook again.") from None
    declared = next(one for one in plan["tasks"] if one["id"] == task["id"])
    moved = {name: by for name, by in task["inputs"].items() if declared["inputs"].get(name) != by}
    types = {(one["id"], key): kind for one in plan["tasks"] for key, kind in one["output_artifacts"].items()}
    return parse(executor_input(folder, resourced(declared, moved), {}, types, digests), exact=True)


def _run_setup(given: StepInput, task: Task, namespace: dict[str, Any]) -> Inputs:
    """Imports, functions, constants and parameters of the step, as they are before its first own statement."""
    from cellift.pipeline.runtime.cells import Cells, Piece, mark_classes
    from cellift.pipeline.runtime.inputs import Inputs
    from cellift.values import ValuesError

    namespace.update(given.parameters)
    code = given.code[: given.own]
    cells = Cells(code, len(code))
    if cells.needs_loop:
        raise CannotLoadError(
            f"The set-up of step {task['name']} awaits at its top level, which cannot be done while a cell is running. "
            "Run the set-up cells first, then use run['step']['name'] for single values."
        )
    inputs = Inputs(given.inputs, namespace, given.digests)
    now: list[Piece] = []
    marked: set[str] = set()

    def mark_made() -> None:
        # As the runner does: a class made here is that of the step only if it is known as the same statement's.
        for piece in now:
            mark_classes(piece, namespace, marked)

    def before(piece: Piece) -> None:
        mark_made()
        now[:] = [piece]
        inputs.before(piece)

    try:
        cells.run(namespace, before, lambda _value: None, lambda _part: None)
        mark_made()
    except ValuesError as error:
        raise CannotLoadError(str(error)) from error
    except Exception as error:
        place = f"cell {now[0].part.number}, line {now[0].line}" if now else "the beginning"
        raise CannotLoadError(
            f"The set-up of step {task['name']} failed here, at {place}: {type(error).__name__}: {error}. "
            f"The run used {_python_of(given)}."
        ) from error
    return inputs


def _bind(
    run: Run, wanted: Mapping[str, str], inputs: Inputs, namespace: dict[str, Any], *, outputs: bool
) -> dict[str, str]:
    """Bind the names; name -> sentence for those that cannot be had."""
    from cellift.values import CannotReadError, Reader, ValuesError

    failed: dict[str, str] = {}
    readers: dict[str, Reader] = {}
    digests = recorded_digests(run) if outputs else {}
    for name, by in wanted.items():
        try:
            if not outputs:
                inputs.bind((name,))
                continue
            if by not in readers:
                readers[by] = Reader(run.folder / "values" / by, digests.get(by, {}))
            namespace[name] = readers[by][name]
        except CannotReadError as error:
            failed[name] = _unreadable(run, name, error)
        except (ValuesError, KeyError) as error:
            failed[name] = f"The values of step {run[by].name} are gone or damaged: {error}"
    return failed


def _unreadable(run: Run, name: str, error: Any) -> str:
    cause = error.cause
    why = f"{type(cause).__name__}: {cause}"
    if isinstance(cause, ModuleNotFoundError):
        fix = f"Install {cause.name} in the environment of this kernel."
    elif isinstance(cause, AttributeError):
        fix = "Run the cell that defines its class, then load again."
    else:
        fix = "Use a kernel of the environment that the run used."
    python = _python(run.folder)
    other = f" The run used {python}, this kernel is {sys.executable}." if python not in ("", sys.executable) else ""
    return f"`{name}` cannot be read here: its member `{error.name}` ({why}). {fix}{other}"


def _python(folder: Path) -> str:
    try:
        return str(json.loads((folder / "spec" / "launch.json").read_bytes())["python"])
    except (OSError, ValueError, KeyError):
        return ""


def _python_of(given: StepInput) -> str:
    from pathlib import Path

    # values/TASK lies in the run's folder.
    return _python(Path(given.folder).parent.parent) or "another environment"


def _row(name: str, by: str, tasks: Mapping[str, Task], value: Any) -> tuple[str, str, str, str]:
    producer = tasks[by]
    stored = next((item for item in producer["outputs"] if item["name"] == name), None)
    kind = stored["type"] if stored is not None else type(value).__name__
    return name, kind, size(stored["bytes"]) if stored is not None else "", producer["name"]


def _notes(folder: Path, record: RunRecord, task: Task, given: StepInput, *, outputs: bool) -> Sequence[str]:
    from cellift.api.cell_numbers import cell_numbers

    notes = []
    copied = sorted({part.number for part in given.code[: given.own]})
    if copied:
        notes.append(f"What the step uses of {_cells(copied)} (imports, functions, constants) was run here too.")
    numbers = cell_numbers(folder, record)
    own = [numbers[cell] for cell in task["cells"] if cell in numbers]
    if own and not outputs:
        notes.append(f"Step {task['name']} can be run from here: {_cells(own)}.")
    return notes


def _cells(numbers: Sequence[int]) -> str:
    return f"cell{'s' if len(numbers) > 1 else ''} {', '.join(map(str, numbers))}"
