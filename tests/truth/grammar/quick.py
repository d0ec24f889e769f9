"""The oracle for thousands: steps run in forks of this process, through the real analysis, compiler and run-time.

What the engine does is done here without its supervisor: steps run one after the other, of those that could start a
random one, so that a dependency that is missing shows; reports are judged, and steps run again, by the engine's own
rules. ``tests.truth.oracle`` is slower and has no shortcut.
"""

from __future__ import annotations

import ast
import json
import os
import random
import signal
import tempfile
import traceback
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

from cellift.engine.attempts import clear, file_use
from cellift.engine.executor_input import artifact_folder, executor_input
from cellift.engine.plan import build_plan
from cellift.engine.reports import Reports
from cellift.notebook.analysis import analyse
from cellift.notebook.cells import parse_notebook
from cellift.pipeline.compile import compile_graph
from cellift.pipeline.runtime import api
from tests.truth.oracle import Outcome
from tests.truth.percent import Case

_SECONDS = 20
_MOST_ATTEMPTS = 12


class StepFailedError(Exception):
    """A step of the pipeline ended with an error; ``code`` is that of a refusal."""

    def __init__(self, step: str, error: dict[str, Any]) -> None:
        self.code: str = error.get("code") or ""
        super().__init__(f"step {step}: {error.get('type')}: {error.get('message')}\n{error.get('traceback')}")


def judge_quickly(case: Case, seed: int = 0) -> Outcome:
    """As ``tests.truth.oracle.judge``; ``seed`` decides which step runs first where several could."""
    sources = {cell["id"]: _source(cell) for cell in case.cells}
    with tempfile.TemporaryDirectory(prefix="quick-", ignore_cleanup_errors=True) as folder:
        expected = _in_order(sources, Path(folder))
        if expected["error"]:
            return Outcome("no case", detail=expected["error"])
        analysis = analyse(parse_notebook(case.notebook(), None))
        errors = [found for found in analysis.diagnostics if found.severity == "error"]
        if errors:
            codes = tuple(dict.fromkeys(found.code for found in errors))
            return Outcome("refused", codes, "\n".join(f"{found.code} {found.message}" for found in errors))
        tasks = build_plan(compile_graph(analysis.graph))["tasks"]
        try:
            logs = _Engine(tasks, Path(folder), seed).go()
        except StepFailedError as error:
            refused = error.code.startswith("CL5") and error.code not in ("CL511", "CL512", "CL515")
            return Outcome("refused" if refused else "failed", (error.code,), str(error))
    differences = []
    for task in tasks:
        wanted = "".join(expected["printed"][cell] for cell in task["cells"] if cell in expected["printed"])
        if task["id"] != "setup" and wanted != logs[task["id"]]:
            found = f"--- notebook\n{wanted}--- pipeline\n{logs[task['id']]}"
            differences.append(f"step {task['name']}:\n{found}")
    return Outcome("different" if differences else "equal", detail="\n".join(differences))


def _source(cell: dict[str, Any]) -> str:
    text: str = cell["source"]
    return text.partition("\n")[2] if text.startswith("%%step") else text


def _in_order(sources: dict[str, str], folder: Path) -> dict[str, Any]:
    """``{"printed": {cell: text}, "error": text}`` of the notebook from top to bottom."""
    work = folder / "notebook"
    work.mkdir()
    answer = folder / "answer.json"

    def run() -> int:
        import sys

        module = ModuleType("__main__")
        module.__dict__["__builtins__"] = __builtins__
        sys.modules["__main__"] = module
        printed, error = {}, ""
        for cell, source in sources.items():
            log = folder / f"{cell}.log"
            _write_to(log)
            try:
                _run_cell(source, f"<{cell}>", module.__dict__)
            except BaseException:  # noqa: BLE001 - told to the caller
                error = traceback.format_exc()
            sys.stdout.flush()
            printed[cell] = log.read_text(encoding="utf-8")
            if error:
                break
        answer.write_text(json.dumps({"printed": printed, "error": error}), encoding="utf-8")
        return 0

    status = _fork(run, work)
    if status != 0:
        return {"printed": {}, "error": f"the notebook ended with {status}"}
    found: dict[str, Any] = json.loads(answer.read_text(encoding="utf-8"))
    return found


def _run_cell(source: str, name: str, namespace: dict[str, Any]) -> None:
    """As a notebook does: the value of a last expression is shown."""
    tree = ast.parse(source)
    last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
    exec(compile(tree, name, "exec", dont_inherit=True), namespace)
    if isinstance(last, ast.Expr):
        value = eval(compile(ast.Expression(last.value), name, "eval", dont_inherit=True), namespace)
        if value is not None and not source.rstrip().endswith(";"):
            print(repr(value))


class _Engine:
    """``tasks`` of a plan, run to their end below ``folder``."""

    def __init__(self, tasks: list[dict[str, Any]], folder: Path, seed: int) -> None:
        self._tasks = {task["id"]: task for task in tasks}
        self._types = {(task["id"], key): kind for task in tasks for key, kind in task["output_artifacts"].items()}
        self._run = folder / "run"
        self._work = folder / "work"
        for made in (self._work, self._run / "tasks", self._run / "values"):
            made.mkdir(parents=True)
        self._reports = Reports(tasks, lambda file: os.path.lexists(self._work / file))
        self._random = random.Random(seed)
        self._attempts = dict.fromkeys(self._tasks, 1)
        self._digests: dict[str, dict[str, str]] = {}
        self._over: dict[str, dict[str, Any] | None] = {}
        """Tasks whose last attempt is over -> its error."""
        self._clock = 0.0

    def go(self) -> dict[str, str]:
        """The log of each task. A step that failed may have started from what an earlier one changes unseen."""
        while ready := [task for task in self._reports.order if task not in self._over and self._may_start(task)]:
            self._attempt(self._random.choice(ready))
            verdict = self._reports.verdict()
            if verdict.hazards:
                raise StepFailedError(verdict.hazards[0].task, {"code": "CL522", "message": verdict.hazards[0].message})
            for task in verdict.again:
                self._over.pop(task, None)
                self._digests.pop(task, None)
                self._attempts[task] = self._reports.again(task)
                if self._attempts[task] > _MOST_ATTEMPTS:
                    raise StepFailedError(task, {"message": "it runs again and again"})
        for task in self._reports.order:
            if self._over.get(task) is not None:
                raise StepFailedError(task, self._over[task] or {})
        return {task: self._log(task).read_text(encoding="utf-8") for task in self._tasks}

    def _may_start(self, task: str) -> bool:
        before = self._reports.order[: self._reports.order.index(task)]
        if self._attempts[task] > 2 and any(one not in self._over for one in before):
            return False
        return all(need in self._over and self._over[need] is None for need in self._reports.plan(task)["needs"])

    def _attempt(self, task: str) -> None:
        plan = self._reports.plan(task)
        clear(self._run, task)
        place = self._run / "tasks" / task
        place.mkdir()
        for key in plan["output_artifacts"]:
            artifact_folder(self._run, task, key).parent.mkdir(parents=True, exist_ok=True)
        given = executor_input(self._run, plan, {}, self._types, self._digests)
        started = self._tick()
        self._reports.start(task, started)

        def run() -> int:
            _write_to(self._log(task))
            return api.run_step(given, str(place))

        status = _fork(run, self._work)
        path = place / "result.json"
        ended = {"ok": False, "error": {"message": f"ended with {status}"}}
        result = json.loads(path.read_text(encoding="utf-8")) if path.exists() else ended
        use = file_use(self._run, task, result, started, self._tick())
        self._over[task] = None if result["ok"] else result["error"]
        if result["ok"]:
            self._digests[task] = {item["name"]: item["digest"] for item in result["outputs"] if "digest" in item}
            self._reports.finish(task, result, use)
        else:
            self._reports.end(task, use)

    def _log(self, task: str) -> Path:
        return self._run / f"{task}.log"

    def _tick(self) -> float:
        self._clock += 1.0
        return self._clock


def _write_to(log: Path) -> None:
    import sys

    file = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    os.dup2(file, 1)
    os.close(file)
    # The one of the parent may be a collector of pytest's.
    sys.stdout = open(1, "w", encoding="utf-8", closefd=False)  # noqa: SIM115


def _fork(work: Callable[[], int], folder: Path) -> int:
    """Do ``work`` in a child, in ``folder``; its exit status, negative for a signal."""
    import sys

    child = os.fork()
    if child == 0:
        status = 70
        try:
            signal.alarm(_SECONDS)
            nothing = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nothing, 2)
            os.chdir(folder)
            status = work()
            sys.stdout.flush()
        finally:
            os._exit(status)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
