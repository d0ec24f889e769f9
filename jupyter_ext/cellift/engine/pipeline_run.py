"""One run of a pipeline, inside its supervisor: schedules the steps, watches them, writes the record."""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cellift.engine.attempts import file_use
from cellift.engine.git import note_commit
from cellift.engine.outcome import (
    exit_status,
    failure,
    give_back_reserve,
    log_tail,
    read_result,
    set_result_aside,
)
from cellift.engine.record import Record, RecordLostError, update_index
from cellift.engine.reports import Reports
from cellift.engine.step import Step
from cellift.engine.step_inputs import fetching
from cellift.engine.step_processes import StepProcesses
from cellift.engine.step_results import StepResults
from cellift.engine.step_uploads import StepUploads
from cellift.runs import states
from cellift.supervise.children import Children
from cellift.supervise.control import ControlServer
from cellift.supervise.loop import Loop
from cellift.supervise.sweep import kill_group, sweep_run, sweep_task

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from cellift.engine.reports import Hazard
_LOW_DISK_BYTES = 64 * 1024
_OPTIMISTIC = 2
"""Up to this attempt a step starts when what it needs is there, later only when everything above it is over."""


class PipelineRun:
    """Runs the plan in ``folder``. One instance, one run."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._run_id = folder.name
        launch = json.loads((folder / "spec" / "launch.json").read_bytes())
        plan = json.loads((folder / "spec" / "plan.json").read_bytes())
        self._cwd: str = launch["cwd"]
        self._notebook: str | None = launch["notebook"]
        self._grace: float = launch["grace"]
        self._warnings: list[dict[str, Any]] = launch["warnings"]
        self._slots: int = launch["slots"]
        self._imports: list[str] = plan["warm_imports"]
        self._state = states.QUEUED
        self._steps = {task["id"]: Step(task) for task in plan["tasks"]}
        self._error: dict[str, Any] | None = None
        self._errors: dict[str, dict[str, Any]] = {}
        self._reports = Reports(plan["tasks"], self._is_there)
        self._cancelled = False
        self._gave_up = False
        self._told = ""
        self._ending = False
        self._record = Record(folder, self._on_disk_full)
        self._loop = Loop()
        self._children = Children()
        self._results = StepResults(folder, plan, self._record)
        self._processes = StepProcesses(folder, plan, launch, self._results, self._loop, self._children, self._schedule)
        self._uploads = StepUploads(
            folder, launch["artifacts"], self._grace, self._record, self._loop, self._children, self._schedule
        )

    def main(self, on_open: Callable[[], None]) -> int:
        """Run to the end; the supervisor's exit code. ``on_open`` is called when the record is open."""
        try:
            imports = "Importing what the set-up imports." if self._imports else None
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
            self._processes.warm()
            self._loop.call_later(0, self._schedule)
            self._loop.call_later(0, self._note_commit)
            self._loop.run()
            self._finish()
            control.close()
            self._record.close()
        except RecordLostError as error:
            print(f"The record cannot be written: {error}", file=sys.stderr)  # noqa: T201 - the supervisor's log
            sweep_run(self._run_id)
            return 1
        update_index(self._folder)
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
            if not self._uploads.waits_for:
                self._loop.stop()
            elif not self._ending:
                self._tell(self._uploads.waits_for)

    def _consider(self, step: Step) -> None:
        if step.attempt > 1 and not self._may_run_again(step):
            return
        needs = [self._steps[need] for need in step.plan["needs"]]
        missing = next((need for need in needs if need.state in (states.FAILED, states.SKIPPED)), None)
        if missing is not None:
            self._set_task(step, states.SKIPPED, reason=self._why_skipped(missing))
            # What depends on this one may stand anywhere behind it: the plan is ordered, so this pass reaches it.
        elif all(need.state == states.SUCCEEDED for need in needs) and self._running() < self._slots:
            self._start(step)

    def _may_run_again(self, step: Step) -> bool:
        """Its files are about to go: nobody may be reading them. From the third time on it takes no chances."""
        if any(other.stale for other in self._steps.values()):
            return False
        if step.attempt <= _OPTIMISTIC:
            return True
        order = self._reports.order
        return all(states.is_terminal(self._steps[other].state) for other in order[: order.index(step.id)])

    def _why_skipped(self, need: Step) -> str:
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

    def _start(self, step: Step) -> None:
        if self._processes.is_warming(step):
            return
        if not self._processes.has_packages(step):
            self._wait(step, self._processes.packages_error(step), f"Installing {', '.join(step.installs)}.")
            return
        if not self._processes.has_inputs(step):
            self._wait(step, self._processes.inputs_error(step), fetching(step.plan["reads"]))
            return
        step.plan = self._reports.plan(step.id)
        self._reports.start(step.id, time.monotonic())
        try:
            request = self._processes.prepare(step)
        except OSError as error:
            self._start_failed(step, error)
            return
        step.state = states.PREPARING
        forked = self._processes.fork(
            step, request, lambda pid: self._on_started(step, pid, "forked"), lambda: self._on_fork_lost(step, request)
        )
        if not forked:
            self._spawn(step, request)

    def _wait(self, step: Step, error: Mapping[str, Any] | None, why: str) -> None:
        """What it needs is on its way, or cannot be had."""
        if error is not None:
            self._fail(step, error, None)
            self._loop.call_later(0, self._schedule)
            return
        if step.waits != why:
            step.waits = why
            self._set_task(step, states.QUEUED, reason=why)

    def _spawn(self, step: Step, request: Mapping[str, Any]) -> None:
        try:
            pid = self._processes.spawn(step, request)
        except OSError as error:
            self._start_failed(step, error)
            return
        self._on_started(step, pid, "spawned")

    def _on_fork_lost(self, step: Step, request: Mapping[str, Any]) -> None:
        """The zygote died or hung before the step's program began: start it as a program of its own."""
        if self._ending:
            self._set_task(step, states.CANCELLED)
        elif step.stale:
            step.state = states.QUEUED
            self._revise()
            self._schedule()
        else:
            self._spawn(step, request)

    def _on_started(self, step: Step, pid: int, launch: str) -> None:
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

    def _start_failed(self, step: Step, error: OSError) -> None:
        message = f"Step {step.name} could not be started: {error.strerror or error}."
        self._fail(step, {"reason": "NotStarted", "message": message, "code": "CL515"}, None)
        self._loop.call_later(0, self._schedule)

    # -- end of a step -----------------------------------------------------------------------------------------------

    def _on_exit(self, step: Step, code: int) -> None:
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
        tail = log_tail(self._processes.log(step)) if result is None or code < 0 else ""
        error = failure(step.name, code, result, disk_full=_is_disk_full(self._folder), tail=tail)
        if error is None and result is not None:
            error = self._results.take_parameters(step)
            if error is None:
                self._results.take_outputs(step, result)
                self._set_task(step, states.SUCCEEDED, exit_code=exit_status(code))
                self._reports.finish(step.id, result, files)
                if not self._ending:
                    self._uploads.begin(step, self._processes.environment())
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

    def _run_again(self, step: Step) -> None:
        """What it made is void; what was skipped because of it may run after all."""
        step.stale = False
        self._uploads.end(step)
        step.attempt = self._reports.again(step.id)
        self._results.forget(step)
        self._errors.pop(step.id, None)
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

    def _fail(self, step: Step, error: Mapping[str, Any], exit_code: int | None) -> None:
        error = {**error, "task": step.id}
        self._errors[step.id] = error
        self._set_task(step, states.FAILED, exit_code=exit_code, error=error)

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
        self._uploads.end()
        for step in self._steps.values():
            if step.pid:
                self._end(step)
            elif step.state == states.QUEUED:
                self._set_task(step, states.CANCELLED if self._cancelled else states.SKIPPED)
            elif step.state == states.RUNNING:
                # Ended already, to run again.
                self._set_task(step, states.CANCELLED)
        self._loop.call_later(0, self._schedule)

    def _end(self, step: Step) -> None:
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
        self._processes.stop()
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

    def _set_task(self, step: Step, state: str, **fields: Any) -> None:
        step.state = state
        self._record.write("task.state", task=step.id, state=state, attempt=step.attempt, **fields)

    def _tell(self, why: str) -> None:
        """What the run waits for when its steps are over."""
        if self._told != why:
            self._told = why
            self._set_state(self._state, reason=why)

    def _note_commit(self) -> None:
        if self._notebook is not None:
            note_commit(Path(self._notebook), self._folder, self._record, self._loop, self._children)


def _is_disk_full(folder: Path) -> bool:
    try:
        space = os.statvfs(folder)
    except OSError:
        return False
    return space.f_bavail * space.f_frsize < _LOW_DISK_BYTES
