"""One run of a pipeline, inside its supervisor: schedules the steps, watches them, writes the record."""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cellift.engine.attempts import clear, file_use
from cellift.engine.executor_input import (
    VALUES,
    artifact_folder,
    executor_input,
    fill_arguments,
    parameter_file,
    parse_parameter,
)
from cellift.engine.git import git_command, parse_status
from cellift.engine.outcome import (
    exit_status,
    failure,
    give_back_reserve,
    log_tail,
    numbers,
    read_result,
    set_result_aside,
)
from cellift.engine.record import Record, RecordLostError
from cellift.engine.reports import Reports
from cellift.engine.step_packages import StepPackages
from cellift.engine.zygote import Zygote
from cellift.runs import states
from cellift.supervise.children import Children
from cellift.supervise.control import ControlServer
from cellift.supervise.loop import Loop
from cellift.supervise.names import RUN_ID, STEP_ENVIRONMENT, TAG_BYTES, TASK_TAG, task_tag
from cellift.supervise.spawn import spawn
from cellift.supervise.sweep import kill, kill_group, sweep_run, sweep_task

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from cellift.engine.reports import Hazard
GIT_SECONDS = 1.0
_LOW_DISK_BYTES = 64 * 1024
_PYTHONS = ("python3", "python")
_OPTIMISTIC = 2
"""Up to this attempt a step starts when what it needs is there, later only when everything above it is over."""


class _Step:
    """A task and where it stands. ``pid`` is 0 while there is no process."""

    def __init__(self, plan: Mapping[str, Any]) -> None:
        self.plan = plan
        self.id: str = plan["id"]
        self.name: str = plan["name"]
        self.installs: list[str] = plan.get("installs", [])
        self.state = states.QUEUED
        self.attempt = 1
        self.told_inputs = plan["inputs"]
        """Where its inputs come from, as the record has it."""
        self.why: str | None = None
        """Why it runs again."""
        self.waits: str | None = None
        """What it was told to wait for."""
        self.stale = False
        """Whether what it does is void: it is being ended, and will run again."""
        self.pid = 0
        self.launch = ""

    @property
    def tag(self) -> str:
        return task_tag(self.id, self.attempt)


class PipelineRun:
    """Runs the plan in ``folder``. One instance, one run."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._run_id = folder.name
        launch = json.loads((folder / "spec" / "launch.json").read_bytes())
        self._plan = json.loads((folder / "spec" / "plan.json").read_bytes())
        self._step_environment: dict[str, str] = json.loads(os.environ.pop(STEP_ENVIRONMENT, "{}"))
        self._python: str = launch["python"]
        self._cwd: str = launch["cwd"]
        self._notebook: str | None = launch["notebook"]
        self._grace: float = launch["grace"]
        self._warnings: list[dict[str, Any]] = launch["warnings"]
        self._slots: int = launch["slots"]
        self._state = states.QUEUED
        self._steps = {task["id"]: _Step(task) for task in self._plan["tasks"]}
        self._produced: dict[tuple[str, str], Any] = {}
        self._digests: dict[str, dict[str, str]] = {}
        self._types = {
            (task["id"], key): kind for task in self._plan["tasks"] for key, kind in task["output_artifacts"].items()
        }
        self._error: dict[str, Any] | None = None
        self._errors: dict[str, dict[str, Any]] = {}
        self._reports = Reports(self._plan["tasks"], self._is_there)
        self._cancelled = False
        self._gave_up = False
        self._ending = False
        self._record = Record(folder, self._on_disk_full)
        self._loop = Loop()
        self._children = Children()
        self._zygote = Zygote(self._loop, self._children, self._run_id, self._schedule)
        self._zygote_label = ""
        self._packages = StepPackages(folder, self._python, self._children, self._schedule)

    def main(self, on_open: Callable[[], None]) -> int:
        """Run to the end; the supervisor's exit code. ``on_open`` is called when the record is open."""
        try:
            imports = "Importing what the set-up imports." if self._plan["warm_imports"] else None
            self._set_state(states.PREPARING, reason=imports)
            set_result_aside(self._folder / "tasks")
            for warning in self._warnings:
                self._record.write("warning", **warning)
            self._loop.on_signal(signal.SIGCHLD, self._children.reap)
            self._loop.on_signal(signal.SIGTERM, self.cancel)
            self._loop.on_signal(signal.SIGINT, self.cancel)
            control = ControlServer(
                self._folder, self._loop, {"ping": lambda _message: {"state": self._state}, "cancel": self._on_cancel}
            )
            # The caller may ask to cancel at once: it gets the run when somebody answers.
            on_open()
            self._start_zygote()
            self._loop.call_later(0, self._schedule)
            self._loop.call_later(0, self._start_git)
            self._loop.run()
            self._finish()
            control.close()
            self._record.close()
        except RecordLostError as error:
            print(f"The record cannot be written: {error}", file=sys.stderr)  # noqa: T201 - the supervisor's log
            sweep_run(self._run_id)
            return 1
        self._index()
        return 0

    def cancel(self) -> None:
        """End the steps, gently first. Asking again changes nothing."""
        if not self._cancelled and not states.is_terminal(self._state):
            self._cancelled = True
            self._set_state(states.CANCELLING)
            self._end_all()

    # -- scheduling --------------------------------------------------------------------------------------------------

    def _schedule(self) -> None:
        """Start what can start; stop the loop when everything is over."""
        for step in self._steps.values():
            if step.state == states.QUEUED and not self._ending:
                self._consider(step)
        if all(states.is_terminal(step.state) for step in self._steps.values()):
            self._loop.stop()

    def _consider(self, step: _Step) -> None:
        if step.attempt > 1 and not self._may_run_again(step):
            return
        needs = [self._steps[need] for need in step.plan["needs"]]
        missing = next((need for need in needs if need.state in (states.FAILED, states.SKIPPED)), None)
        if missing is not None:
            self._set_task(step, states.SKIPPED, reason=self._why_skipped(missing))
            # What depends on this one may stand anywhere behind it: the plan is ordered, so this pass reaches it.
        elif all(need.state == states.SUCCEEDED for need in needs) and self._running() < self._slots:
            self._start(step)

    def _may_run_again(self, step: _Step) -> bool:
        """Its files are about to go: nobody may be reading them. From the third time on it takes no chances."""
        if any(other.stale for other in self._steps.values()):
            return False
        if step.attempt <= _OPTIMISTIC:
            return True
        order = self._reports.order
        return all(states.is_terminal(self._steps[other].state) for other in order[: order.index(step.id)])

    def _why_skipped(self, need: _Step) -> str:
        """Names the step that failed, however far up it is."""
        while need.state == states.SKIPPED:
            need = next(
                self._steps[other]
                for other in need.plan["needs"]
                if self._steps[other].state in (states.FAILED, states.SKIPPED)
            )
        return f"Step {need.name} failed."

    def _running(self) -> int:
        return sum(step.state in (states.PREPARING, states.RUNNING) for step in self._steps.values())

    # -- starting a step ---------------------------------------------------------------------------------------------

    def _start(self, step: _Step) -> None:
        installs = step.installs
        if self._zygote.state == "starting" and step.plan["executor"] == self._zygote_label and not installs:
            return  # it imports what the step would import; the step starts when that is done
        if self._packages.python(installs, self._environment) is None:
            self._wait_for_packages(step)
            return
        step.plan = self._reports.plan(step.id)
        self._reports.start(step.id, time.monotonic())
        try:
            request = self._request(step)
        except OSError as error:
            self._start_failed(step, error)
            return
        if self._zygote.state == "ready" and step.plan["executor"] == self._zygote_label and not installs:
            step.state = states.PREPARING
            self._zygote.fork(
                f"{step.id}.{step.attempt}",
                request,
                lambda pid: self._on_forked(step, pid),
                lambda: self._on_fork_lost(step, request),
            )
        else:
            self._spawn(step, request)

    def _wait_for_packages(self, step: _Step) -> None:
        """Its environment is being made, or could not be made."""
        error = self._packages.error(step.installs)
        if error is not None:
            self._fail(step, error, None)
            self._loop.call_later(0, self._schedule)
            return
        why = f"Installing {', '.join(step.plan['installs'])}."
        if step.waits != why:
            step.waits = why
            self._set_task(step, states.QUEUED, reason=why)

    def _request(self, step: _Step) -> dict[str, Any]:
        """What a process for the step needs, the same for both ways to start one."""
        task_folder = self._folder / "tasks" / step.id
        if step.attempt > 1:
            clear(self._folder, step.id)
        task_folder.mkdir(mode=0o700, exist_ok=True)
        for key in step.plan["output_artifacts"]:
            artifact_folder(self._folder, step.id, key).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if step.plan["output_parameters"]:
            (task_folder / "parameters").mkdir(mode=0o700, exist_ok=True)
        executor = self._plan["executors"][step.plan["executor"]]
        given = executor_input(self._folder, step.plan, self._produced, self._types, self._digests)
        args = fill_arguments(executor["args"], given, task_folder / "executor_input.json")
        return {
            "argv": ["-c", *args],
            "env": {**executor["env"], TASK_TAG: step.tag, "CELLIFT_TASK_DIR": str(task_folder)},
            "log": str(self._log(step)),
            "tag": step.tag,
        }

    def _log(self, step: _Step) -> Path:
        return self._folder / "logs" / f"{step.id}.{step.attempt}.log"

    def _spawn(self, step: _Step, request: Mapping[str, Any]) -> None:
        command = self._plan["executors"][step.plan["executor"]]["command"]
        # The command as the pipeline has it, with the interpreter of this run in the place of "python3".
        python = self._packages.python(step.installs, self._environment) or self._python
        argv = [python, *command[1:], *request["argv"][1:]]
        env = {**self._environment(), **request["env"]}
        if python != self._python:
            env["PATH"] = os.pathsep.join([str(Path(python).parent), env.get("PATH", os.defpath)])
        try:
            pid = spawn(argv, env=env, cwd=self._cwd, log=request["log"])
        except OSError as error:
            self._start_failed(step, error)
            return
        self._on_started(step, pid, "spawned")

    def _environment(self) -> dict[str, str]:
        """What every process of the run has in its environment."""
        return {
            "PYTHONHASHSEED": "0",
            # Read when matplotlib is imported, so it has to be there before the runner could set it.
            "MPLBACKEND": "Agg",
            **os.environ,
            **self._step_environment,
            RUN_ID: self._run_id,
            # Room for the mark of a forked step, which is written over this.
            TASK_TAG: "_" * TAG_BYTES,
        }

    def _start_zygote(self) -> None:
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
            env={**self._environment(), **self._plan["executors"][label]["env"]},
            cwd=self._cwd,
            log=self._folder / "logs" / "warm.log",
            given=self._folder / "tasks" / "warm.json",
        )

    def _on_forked(self, step: _Step, pid: int) -> None:
        self._on_started(step, pid, "forked")

    def _on_fork_lost(self, step: _Step, request: Mapping[str, Any]) -> None:
        """The zygote died or hung before the step's program began: start it as a program of its own."""
        if self._ending:
            self._set_task(step, states.CANCELLED)
        elif step.stale:
            step.state = states.QUEUED
            self._revise()
            self._schedule()
        else:
            self._spawn(step, request)

    def _on_started(self, step: _Step, pid: int, launch: str) -> None:
        step.pid, step.launch = pid, launch
        if self._state == states.PREPARING:
            self._set_state(states.RUNNING)
        told = {"inputs": step.plan["inputs"]} if step.plan["inputs"] != step.told_inputs else {}
        step.told_inputs = step.plan["inputs"]
        self._set_task(
            step, states.RUNNING, pid=pid, launch=launch, **({"reason": step.why} if step.why else {}), **told
        )
        self._children.watch(pid, lambda code: self._on_exit(step, code))
        if self._ending or step.stale:
            self._end(step)

    def _start_failed(self, step: _Step, error: OSError) -> None:
        message = f"Step {step.name} could not be started: {error.strerror or error}."
        self._fail(step, {"reason": "NotStarted", "message": message, "code": "CL515"}, None)
        self._loop.call_later(0, self._schedule)

    # -- end of a step -----------------------------------------------------------------------------------------------

    def _on_exit(self, step: _Step, code: int) -> None:
        # Whatever the step left behind ends with it: its process group, and what left the group by forking twice.
        kill_group(step.pid, signal.SIGKILL)
        sweep_task(self._run_id, step.tag, self._children.known)
        step.pid = 0
        result = read_result(self._folder / "tasks" / step.id)
        files = file_use(self._folder, step.id, result, self._reports.started(step.id), time.monotonic())
        if self._cancelled and code != 0:
            self._set_task(step, states.CANCELLED, exit_code=exit_status(code))
            self._schedule()
            return
        if step.stale and not self._ending:
            self._reports.end(step.id, files)
            self._revise()
            self._schedule()
            return
        if self._gave_up and code != 0:
            self._set_task(step, states.CANCELLED, exit_code=exit_status(code))
            self._schedule()
            return
        tail = log_tail(self._log(step)) if result is None or code < 0 else ""
        error = failure(step.name, code, result, disk_full=self._is_disk_full(), tail=tail)
        if error is None and result is not None:
            error = self._take_parameters(step)
            if error is None:
                self._take_outputs(step, result)
                self._set_task(step, states.SUCCEEDED, exit_code=exit_status(code))
                self._reports.finish(step.id, result, files)
        if error is not None:
            self._reports.end(step.id, files)
            self._fail(step, error, exit_status(code))
        self._revise()
        self._schedule()

    # -- changes that were found at run time -------------------------------------------------------------------------

    def _revise(self) -> None:
        """Let every step start from what the steps above it have made of its inputs, again if it had started."""
        if self._ending:
            return
        verdict = self._reports.verdict([step.id for step in self._steps.values() if step.stale and not step.pid])
        for task, message in verdict.news:
            self._record.write("warning", code="CL520", message=message, task=task)
        if verdict.hazards:
            self._give_up(verdict.hazards[0])
            return
        for step in self._steps.values():
            step.plan = self._reports.plan(step.id) if step.state == states.QUEUED else step.plan
        for task, why in verdict.again.items():
            step = self._steps[task]
            step.why = why or step.why
            if step.pid and not step.stale:
                self._end(step)
            step.stale = bool(step.pid) or step.state == states.PREPARING
            if not step.stale:
                self._run_again(step)

    def _run_again(self, step: _Step) -> None:
        """What it made is void; what was skipped because of it may run after all."""
        step.stale = False
        step.attempt = self._reports.again(step.id)
        self._digests.pop(step.id, None)
        self._errors.pop(step.id, None)
        for key in step.plan["output_parameters"]:
            self._produced.pop((step.id, key), None)
        self._set_task(step, states.QUEUED, reason=step.why)
        step.plan = self._reports.plan(step.id)
        for other in self._steps.values():
            lost = (states.FAILED, states.SKIPPED)
            if other.state == states.SKIPPED and not any(
                self._steps[need].state in lost for need in other.plan["needs"]
            ):
                self._set_task(other, states.QUEUED)

    def _is_there(self, file: str) -> bool:
        return os.path.lexists(f"{self._cwd}/{file}")

    def _give_up(self, hazard: Hazard) -> None:
        """Running again would not give what the notebook gives."""
        self._gave_up = True
        self._error = {"reason": "Refused", "message": hazard.message, "code": "CL521", "task": hazard.task}
        self._end_all()

    def _take_outputs(self, step: _Step, result: Mapping[str, Any]) -> None:
        outputs = result.get("outputs", [])
        self._digests[step.id] = {item["name"]: item["digest"] for item in outputs if "digest" in item}
        self._record.write(
            "task.outputs",
            task=step.id,
            attempt=step.attempt,
            outputs=outputs,
            display=result.get("display", []),
            code_seconds=result.get("code_seconds"),
        )
        for key, kind in step.plan["output_artifacts"].items():
            # Names that share a file have its size, each of them.
            files = {item.get("file"): item.get("bytes", 0) for item in outputs} if key == VALUES else {}
            size = sum(files.values())
            uri = str(artifact_folder(self._folder, step.id, key))
            self._record.write("artifact", task=step.id, name=key, artifact_type=kind, uri=uri, bytes=size)
        for name, value in numbers(outputs).items():
            self._record.write("metric", task=step.id, key=name, step=0, value=value)

    def _take_parameters(self, step: _Step) -> dict[str, Any] | None:
        """Read the output parameters that later tasks use; an error when one is missing or is not of its type."""
        for key, kind in step.plan["output_parameters"].items():
            try:
                text = parameter_file(self._folder, step.id, key).read_text(encoding="utf-8")
                self._produced[step.id, key] = parse_parameter(text, kind)
            except (OSError, ValueError) as error:
                message = f"Step {step.name} did not write its output parameter {key}: {error}."
                return {"reason": "BadOutput", "message": message}
        return None

    def _fail(self, step: _Step, error: Mapping[str, Any], exit_code: int | None) -> None:
        error = {**error, "task": step.id}
        self._errors[step.id] = error
        self._set_task(step, states.FAILED, exit_code=exit_code, error=error)

    def _is_disk_full(self) -> bool:
        try:
            space = os.statvfs(self._folder)
        except OSError:
            return False
        return space.f_bavail * space.f_frsize < _LOW_DISK_BYTES

    # -- ending everything -------------------------------------------------------------------------------------------

    def _on_cancel(self, _message: Mapping[str, Any]) -> dict[str, Any]:
        self.cancel()
        return {"state": self._state}

    def _on_disk_full(self) -> None:
        message = (
            f"The disk with the folder {self._folder} is full, so the run was ended. Free some room and run again."
        )
        self._error = {"reason": "DiskFull", "message": message, "code": "CL513", "resumable": True}
        self._end_all()

    def _end_all(self) -> None:
        self._ending = True
        for step in self._steps.values():
            if step.pid:
                self._end(step)
            elif step.state == states.QUEUED:
                self._set_task(step, states.CANCELLED if self._cancelled else states.SKIPPED)
            elif step.state == states.RUNNING:
                # Ended already, to run again.
                self._set_task(step, states.CANCELLED)
        self._loop.call_later(0, self._schedule)

    def _end(self, step: _Step) -> None:
        pid = step.pid
        kill_group(pid, signal.SIGTERM)
        # A stopped process takes the signal only when it goes on.
        kill_group(pid, signal.SIGCONT)

        def force() -> None:
            if step.pid == pid:
                kill_group(pid, signal.SIGKILL)

        self._loop.call_later(self._grace, force)

    def _finish(self) -> None:
        """Everything is over: leave no process, then say so."""
        if self._error is None:
            self._error = next(iter(self._errors.values()), None)
        self._zygote.stop()
        sweep_run(self._run_id, spare={os.getppid()})
        give_back_reserve(self._folder / "tasks")
        if self._cancelled:
            self._set_state(states.CANCELLED, sync=True)
        elif self._error is not None:
            self._set_state(states.FAILED, sync=True, reason=self._reason(self._error), error=self._error)
        else:
            self._set_state(states.SUCCEEDED, sync=True)

    def _reason(self, error: Mapping[str, Any]) -> str:
        """One line for tables."""
        step = self._steps.get(error.get("task") or "")
        kind, message = error.get("type"), str(error["message"]).partition("\n")[0]
        if step is None or not kind:
            return message
        return f"{step.name}: {kind}: {message}" if message else f"{step.name}: {kind}"

    # -- the record --------------------------------------------------------------------------------------------------

    def _set_state(self, state: str, *, sync: bool = False, **fields: Any) -> None:
        self._state = state
        self._record.write("run.state", sync=sync, state=state, **fields)

    def _set_task(self, step: _Step, state: str, **fields: Any) -> None:
        step.state = state
        self._record.write("task.state", task=step.id, state=state, attempt=step.attempt, **fields)

    def _index(self) -> None:
        """Bring the index up to date, so that the next listing need not. It can do without."""
        import sqlite3

        from cellift.runs.store import RunStore

        store = RunStore(self._folder.parent.parent)
        try:
            store.reindex(self._run_id)
            store.close()
        except (sqlite3.Error, OSError) as error:
            print(f"The index was not updated: {error}", file=sys.stderr)  # noqa: T201 - the supervisor's log

    def _start_git(self) -> None:
        """Ask git for the commit of the notebook, beside the steps; what comes too late is left out."""
        if self._notebook is None:
            return
        answer = self._folder / "tasks" / "git.txt"
        notebook = Path(self._notebook)
        try:
            command = git_command(str(notebook.parent), notebook.name)
            pid = spawn(command, env=os.environ, cwd=str(self._folder), log=str(answer))
        except OSError:
            return  # no git here

        def on_exit(code: int) -> None:
            status = parse_status(answer.read_text(errors="replace")) if code == 0 else None
            if status is not None:
                self._record.write("run.source", git=status)

        def give_up() -> None:
            if pid in self._children.known:
                kill(pid, signal.SIGKILL)

        self._children.watch(pid, on_exit)
        self._loop.call_later(GIT_SECONDS, give_up)
