"""Small pipelines that run for real, and a census of their processes from outside."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from cellift.engine.launch import Launch, start_prepared
from cellift.engine.plan import build_plan
from cellift.engine.prepare import Prepared
from cellift.notebook.graph import CodeSlice, Graph, Step
from cellift.pipeline.compile import compile_graph
from cellift.runs.model import Run, Task
from cellift.runs.store import RunStore

SECONDS = 60
"""Longer than anything here takes on a busy machine."""


def step(
    step_id: str,
    source: str,
    inputs: Mapping[str, str] | None = None,
    outputs: tuple[str, ...] = (),
    setup: str | None = None,
    keep: tuple[str, ...] = (),
) -> Step:
    code = [CodeSlice("cell-setup", 1, 1, setup)] if setup else []
    code.append(CodeSlice(f"cell-{step_id}", 2, 1, source))
    return Step(
        step_id, step_id.title(), "step", (f"cell-{step_id}",), tuple(code), inputs or {}, (), outputs, keep=keep
    )


def prepare(*steps: Step) -> Prepared:
    graph = Graph("demo", None, steps)
    ir = compile_graph(graph)
    return Prepared("demo", ir, build_plan(ir), {}, graph)


def wait_for(condition: Callable[[], Any], what: str, seconds: float = SECONDS) -> Any:
    deadline = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        assert time.monotonic() < deadline, f"timed out: {what}"
        time.sleep(0.01)


class Bench:
    """A home, a working folder, and runs in them."""

    def __init__(self, tmp_path: Path) -> None:
        self.home = tmp_path / "home"
        self.work = tmp_path / "work"
        self.work.mkdir()
        self.store = RunStore(self.home)
        self.started: list[Launch] = []

    def start(self, *steps: Step, **more: Any) -> Launch:
        launch = start_prepared(prepare(*steps), home=self.home, cwd=str(self.work), **more)
        self.started.append(launch)
        return launch

    def wait(self, launch: Launch) -> Run:
        for _ in self.store.follow(launch.run_id, timeout=SECONDS):
            pass
        return self.store.load(launch.run_id)

    def run(self, *steps: Step, **more: Any) -> Run:
        return self.wait(self.start(*steps, **more))

    def log(self, run: Run, task: str) -> str:
        return self.store.log_path(run["id"], task).read_text()

    def file(self, name: str, content: bool = True) -> str:
        """Wait until a step has written a file in the working folder, and read it."""
        path = self.work / name
        wait_for(lambda: path.exists() and (not content or path.read_text().endswith("\n")), f"file {name}")
        return path.read_text().strip()

    def owner(self, launch: Launch) -> int:
        """Pid of the supervisor."""
        return int(json.loads((launch.run_dir / "supervisor.lock").read_text())["pid"])


def is_alive(pid: int) -> bool:
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False
    return stat.rpartition(")")[2].split()[0] != "Z"


def census(run_id: str) -> list[int]:
    """Processes that carry the run's mark in their environment."""
    mark = f"CELLIFT_RUN_ID={run_id}".encode()
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if mark in (folder / "environ").read_bytes().split(b"\0"):
                found.append(int(folder.name))
        except OSError:
            continue
    return found


def task(run: Run, task_id: str) -> Task:
    return next(one for one in run["tasks"] if one["id"] == task_id)
