"""Starts the processes of steps: forked from a warm interpreter where there is one, else as programs of their own."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cellift.engine.attempts import clear
from cellift.engine.executor_input import artifact_folder, executor_input, fill_arguments
from cellift.engine.step_inputs import StepInputs, with_paths
from cellift.engine.step_packages import StepPackages
from cellift.engine.zygote import Zygote
from cellift.supervise.names import RUN_ID, STEP_ENVIRONMENT, TAG_BYTES, TASK_TAG
from cellift.supervise.spawn import spawn

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from cellift.engine.step import Step
    from cellift.engine.step_results import StepResults
    from cellift.supervise.children import Children
    from cellift.supervise.loop import Loop

_PYTHONS = ("python3", "python")


class StepProcesses:
    """``on_change`` is called when the warm interpreter, or an environment with packages, is ready or lost.

    ``launch`` is the run's ``launch.json``. The environment that the caller gave for the steps is taken out of ours.
    """

    def __init__(
        self,
        folder: Path,
        plan: Mapping[str, Any],
        launch: Mapping[str, Any],
        results: StepResults,
        loop: Loop,
        children: Children,
        on_change: Callable[[], None],
    ) -> None:
        self._folder = folder
        self._plan = plan
        self._results = results
        self._python: str = launch["python"]
        self._cwd: str = launch["cwd"]
        self._given_environment: dict[str, str] = json.loads(os.environ.pop(STEP_ENVIRONMENT, "{}"))
        self._zygote = Zygote(loop, children, folder.name, on_change)
        self._zygote_label = ""
        self._packages = StepPackages(folder, self._python, children, on_change)
        self._inputs = StepInputs(folder, children, on_change)

    # -- the warm interpreter ----------------------------------------------------------------------------------------

    def warm(self) -> None:
        """Warm an interpreter for the executor that most steps share, where that is worth it."""
        labels = [task["executor"] for task in self._plan["tasks"] if not task.get("installs")]
        if not labels:
            return
        label = max(dict.fromkeys(labels), key=labels.count)
        command = self._plan["executors"][label]["command"]
        # "python3 [flags] -c PROGRAM" is what can be run in a forked interpreter.
        if labels.count(label) < 2 or len(command) < 3 or command[0] not in _PYTHONS or command[-2] != "-c":
            return
        self._zygote_label = label
        self._zygote.start(
            [self._python, *command[1:-2]],
            command[-1],
            self._plan["warm_imports"],
            env={**self.environment(), **self._plan["executors"][label]["env"]},
            cwd=self._cwd,
            log=self._folder / "logs" / "warm.log",
            given=self._folder / "tasks" / "warm.json",
        )

    def stop(self) -> None:
        """End the warm interpreter."""
        self._zygote.stop()

    def is_warming(self, step: Step) -> bool:
        """Whether an interpreter is importing what the step would import: the step starts when that is done."""
        here = step.plan["executor"] == self._zygote_label and not step.installs
        return here and self._zygote.state == "starting"

    # -- packages of a step's own ------------------------------------------------------------------------------------

    def has_packages(self, step: Step) -> bool:
        """Whether the step's environment is there; if not, it is being made now, or could not be made."""
        return self._packages.python(step.installs, self.environment) is not None

    def packages_error(self, step: Step) -> dict[str, Any] | None:
        """Why the step's environment could not be made."""
        return self._packages.error(step.installs)

    # -- what a step reads from stores -------------------------------------------------------------------------------

    def has_inputs(self, step: Step) -> bool:
        """Whether the objects that the step reads are here; if not, they are on their way, or cannot be had."""
        return self._inputs.are_there(step, self.environment)

    def inputs_error(self, step: Step) -> dict[str, Any] | None:
        """Why the objects could not be had."""
        return self._inputs.error(step)

    # -- one step ----------------------------------------------------------------------------------------------------

    def log(self, step: Step) -> Path:
        """Where the attempt writes what it prints."""
        return self._folder / "logs" / f"{step.id}.{step.attempt}.log"

    def prepare(self, step: Step) -> dict[str, Any]:
        """What a process for the step needs, the same for both ways to start one; its folders are made."""
        task_folder = self._folder / "tasks" / step.id
        if step.attempt > 1:
            clear(self._folder, step.id)
        task_folder.mkdir(mode=0o700, exist_ok=True)
        for key in step.plan["output_artifacts"]:
            artifact_folder(self._folder, step.id, key).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if step.plan["output_parameters"]:
            (task_folder / "parameters").mkdir(mode=0o700, exist_ok=True)
        executor = self._plan["executors"][step.plan["executor"]]
        made = self._results
        plan = with_paths(step.plan, self._folder.parent.parent)
        given = executor_input(self._folder, plan, made.parameters, made.types, made.digests)
        args = fill_arguments(executor["args"], given, task_folder / "executor_input.json")
        return {
            "argv": ["-c", *args],
            "env": {**executor["env"], TASK_TAG: step.tag, "CELLIFT_TASK_DIR": str(task_folder)},
            "log": str(self.log(step)),
            "tag": step.tag,
        }

    def fork(
        self, step: Step, request: Mapping[str, Any], on_started: Callable[[int], None], on_lost: Callable[[], None]
    ) -> bool:
        """Have the warm interpreter fork for the step; False when there is none for it."""
        if self._zygote.state != "ready" or step.plan["executor"] != self._zygote_label or step.installs:
            return False
        self._zygote.fork(f"{step.id}.{step.attempt}", dict(request), on_started, on_lost)
        return True

    def spawn(self, step: Step, request: Mapping[str, Any]) -> int:
        """Start the step as a program of its own; its process id. Raises OSError."""
        command = self._plan["executors"][step.plan["executor"]]["command"]
        # The command as the pipeline has it, with the interpreter of this run in the place of "python3".
        python = self._packages.python(step.installs, self.environment) or self._python
        argv = [python, *command[1:], *request["argv"][1:]]
        env = {**self.environment(), **request["env"]}
        if python != self._python:
            env["PATH"] = os.pathsep.join([str(Path(python).parent), env.get("PATH", os.defpath)])
        return spawn(argv, env=env, cwd=self._cwd, log=request["log"])

    def environment(self) -> dict[str, str]:
        """What every process of the run has in its environment."""
        return {
            "PYTHONHASHSEED": "0",
            # Read when matplotlib is imported, so it has to be there before the runner could set it.
            "MPLBACKEND": "Agg",
            **os.environ,
            **self._given_environment,
            RUN_ID: self._folder.name,
            # Room for the mark of a forked step, which is written over this.
            TASK_TAG: "_" * TAG_BYTES,
        }
