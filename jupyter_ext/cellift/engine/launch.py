"""Starting and cancelling runs on this machine: what the CLI, the server, the kernel and Python use."""

from __future__ import annotations

import json
import os
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cellift.engine.artifact_place import configured_place
from cellift.engine.machine import shortages, usable_cores
from cellift.engine.prepare import (
    Prepared,
    analyse_notebook,
    explain_notebook,
    import_kale_notebook,
    prepare_ir,
    prepare_notebook,
)
from cellift.engine.step_inputs import with_records
from cellift.notebook.diagnostics import Diagnostic, RefusedError, diagnose
from cellift.runs import states
from cellift.runs.repair import record_not_started
from cellift.runs.store import RunStore
from cellift.supervise.cancel import request_cancel
from cellift.supervise.detach import LaunchError, start_supervisor
from cellift.supervise.names import RUN_ID, STEP_ENVIRONMENT, TASK_TAG

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = [
    "Launch",
    "LaunchError",
    "Prepared",
    "analyse_notebook",
    "cancel",
    "explain_notebook",
    "import_kale_notebook",
    "prepare_ir",
    "prepare_notebook",
    "start_ir",
    "start_notebook",
    "start_prepared",
]

GRACE_SECONDS = 5.0
"""How long a step has between the request to end and its end by force."""

_MODULE = "cellift.engine"


@dataclass(frozen=True)
class Launch:
    """A run whose supervisor is up."""

    run_id: str
    run_dir: Path


def start_notebook(
    data: str | bytes | Mapping[str, Any],
    path: str | None,
    *,
    home: Path,
    overrides: Mapping[str, Any] | None = None,
    step: str | None = None,
    python: str | None = None,
    cwd: str | None = None,
    name: str | None = None,
    strict: bool = False,
    env: Mapping[str, str] | None = None,
) -> Launch:
    """Run a notebook as a pipeline; returns when the supervisor has opened the run's record.

    ``path``: where the notebook is, for the record and the working directory (``cwd`` overrides it). ``python``: the
    interpreter of the steps, by default that of the notebook's kernel. ``env``: the whole environment of the steps, by
    default this process's. ``strict`` refuses what would be granted only in part. Raises `RefusedError`, `LaunchError`.
    """
    prepared = prepare_notebook(data, path, overrides=overrides, step=step, python=python)
    return start_prepared(prepared, home=home, python=python, cwd=cwd, name=name, strict=strict, env=env)


def start_ir(
    ir_text: str,
    *,
    home: Path,
    overrides: Mapping[str, Any] | None = None,
    python: str | None = None,
    cwd: str | None = None,
    name: str | None = None,
    strict: bool = False,
    env: Mapping[str, str] | None = None,
) -> Launch:
    """Run a compiled pipeline (KFP IR as YAML text), as :func:`start_notebook`."""
    prepared = prepare_ir(ir_text, overrides=overrides)
    return start_prepared(
        prepared, home=home, python=python, cwd=cwd, name=name, strict=strict, env=env, ir_text=ir_text
    )


def start_prepared(
    prepared: Prepared,
    *,
    home: Path,
    python: str | None = None,
    cwd: str | None = None,
    name: str | None = None,
    strict: bool = False,
    env: Mapping[str, str] | None = None,
    ir_text: str | None = None,
) -> Launch:
    """Run what was prepared before, as :func:`start_notebook`."""
    warnings = shortages(prepared.plan["tasks"])
    if strict and warnings:
        raise RefusedError(Diagnostic(item["code"], "error", item["message"]) for item in warnings)
    path = prepared.notebook.path if prepared.notebook is not None else None
    notebook = os.path.abspath(path) if path is not None else None  # noqa: PTH100 - links stay as the user sees them
    folder = _working_directory(cwd, notebook)
    environment = dict(os.environ if env is None else env)
    # A run that a step of another run starts is a run of its own.
    for mark in (RUN_ID, TASK_TAG, "CELLIFT_TASK_DIR"):
        environment.pop(mark, None)
    interpreter, more = _interpreter(python, prepared, environment)
    if interpreter != sys.executable:
        from cellift.engine.interpreter import check_interpreter

        check_interpreter(interpreter, {**environment, **more})
    _require_installer(prepared, home, interpreter, {**environment, **more})
    plan = with_records(prepared.plan)
    environment[STEP_ENVIRONMENT] = json.dumps(dict(more))
    launch = {
        "v": 1,
        "python": interpreter,
        "cwd": folder,
        "notebook": notebook,
        "grace": GRACE_SECONDS,
        "slots": usable_cores(),
        "artifacts": configured_place(Path(folder)),
        "warnings": warnings,
        "environment": sorted({*environment, *more} - {STEP_ENVIRONMENT}),  # names only: values can be secrets
    }
    spec = {
        "launch.json": json.dumps(launch).encode(),
        "plan.json": json.dumps(plan).encode(),
        "pipeline.yaml": _ir_text(prepared, ir_text).encode("utf-8", "surrogatepass"),
    }
    if prepared.notebook is not None:
        spec["notebook.ipynb"] = _snapshot(prepared)
    tasks = plan["tasks"]
    new = RunStore(home).create(
        name=_one_line(name or prepared.name) or "run",
        tasks=[{key: task[key] for key in ("id", "name", "cells", "inputs", "reads", "resources")} for task in tasks],
        source={
            "notebook": notebook,
            "cells": list(dict.fromkeys(cell for task in tasks for cell in task["cells"])),
            "snapshot": "spec/notebook.ipynb" if prepared.notebook is not None else None,
        },
        params=prepared.parameters,
        spec=spec,
    )
    try:
        start_supervisor(new, _MODULE, env=environment)
    except LaunchError as error:
        record_not_started(new.folder, str(error))
        raise
    finally:
        new.release()
    return Launch(new.run_id, new.folder)


def _require_installer(prepared: Prepared, home: Path, python: str, env: Mapping[str, str]) -> None:
    """Steps with packages that the kernel lacks need uv, or environments that it has made before."""
    tasks = [task for task in prepared.plan["tasks"] if task["installs"]]
    if not tasks:
        return
    from cellift.engine.environments import environment_folder, find_uv, is_ready

    if find_uv(env) is not None:
        return
    found = [
        diagnose(
            "CL606",
            f"Step {task['name']} needs {', '.join(task['installs'])}, which the kernel's environment does not have; "
            "uv, which would install it, is not there.",
            cell=task["cells"][0] if task["cells"] else None,
            line=1,
            fix="Install uv (pip install uv), or install the packages into the kernel's environment.",
        )
        for task in tasks
        if not is_ready(environment_folder(home, python, task["installs"]))
    ]
    if found:
        raise RefusedError(found)


def cancel(home: Path, run_id: str, *, wait: float | None = None) -> None:
    """Cancel a run; nothing happens to one that is over. ``wait``: seconds to wait for its end (`TimeoutError`)."""
    store = RunStore(home)
    deadline = time.monotonic() + (wait or 0)
    if states.is_terminal(store.load(run_id)["state"]):
        return
    # Nobody answers: the supervisor is about to start or to end, or dead, which load() sees and records.
    told = request_cancel(store.folder(run_id))
    while wait is not None and not states.is_terminal(store.load(run_id)["state"]):
        if time.monotonic() > deadline:
            raise TimeoutError(f"Run {run_id} has not ended within {wait:g} s after it was cancelled.")
        time.sleep(0.02)
        told = told or request_cancel(store.folder(run_id))


def _one_line(name: str) -> str:
    """A name for tables: line ends and what moves the cursor become spaces, as do parts of characters."""
    return "".join(char if char.isprintable() else " " for char in name).strip()


def _working_directory(cwd: str | None, notebook: str | None) -> str:
    folder = cwd or (os.path.dirname(notebook) if notebook else os.getcwd())  # noqa: PTH120, PTH109 - plain texts
    if not os.path.isdir(folder):  # noqa: PTH112
        raise LaunchError(f"The working directory {folder} is not there.")
    return os.path.abspath(folder)  # noqa: PTH100


def _interpreter(python: str | None, prepared: Prepared, env: Mapping[str, str]) -> tuple[str, Mapping[str, str]]:
    """The interpreter for the steps, and what its kernelspec adds to the environment."""
    if python is not None:
        import shutil

        found = shutil.which(python, path=env.get("PATH"))
        if found is None:
            raise LaunchError(f"The interpreter {python} is not there or cannot be run.")
        return os.path.abspath(found), {}  # noqa: PTH100 - a link in an environment must stay one
    if prepared.notebook is None:
        return sys.executable, {}
    from cellift.notebook.cells import kernel_name
    from cellift.project.kernelspec import KernelError, find_interpreter

    try:
        interpreter = find_interpreter(kernel_name(prepared.notebook), env)
    except KernelError as error:
        raise RefusedError([diagnose(error.code, str(error), fix=error.fix)]) from None
    return interpreter.python, interpreter.env


def _ir_text(prepared: Prepared, given: str | None) -> str:
    if given is not None:
        return given
    from cellift.pipeline.ir import dump_ir

    return dump_ir(prepared.ir)


def _snapshot(prepared: Prepared) -> bytes:
    """The notebook as it was run, without what its cells had shown."""
    assert prepared.notebook is not None
    cells: list[dict[str, Any]] = []
    for cell in prepared.notebook.cells:
        entry: dict[str, Any] = {
            "id": cell.id,
            "cell_type": cell.type,
            "metadata": dict(cell.metadata),
            "source": cell.source,
        }
        if cell.type == "code":
            entry.update(execution_count=None, outputs=[])
        cells.append(entry)
    document = {"cells": cells, "metadata": dict(prepared.notebook.metadata), "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(document, ensure_ascii=False, default=dict).encode("utf-8", "surrogatepass")
