"""Uploads of what the steps of a run have made, where ``[runs] artifacts`` says so; they go on beside later steps."""

from __future__ import annotations

import json
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cellift.engine.artifact_place import read_place
from cellift.engine.executor_input import artifact_folder
from cellift.engine.outcome import log_tail
from cellift.supervise.spawn import StartError, spawn
from cellift.supervise.sweep import kill_group

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from cellift.engine.record import Record
    from cellift.engine.step import Step
    from cellift.supervise.children import Children
    from cellift.supervise.loop import Loop


class StepUploads:
    """``place`` is the setting; nothing is done when it is empty. ``on_change`` is called when an upload has ended."""

    def __init__(
        self,
        folder: Path,
        place: str,
        grace: float,
        record: Record,
        loop: Loop,
        children: Children,
        on_change: Callable[[], None],
    ) -> None:
        self._folder = folder
        self._place = place
        self._grace = grace
        self._record = record
        self._loop = loop
        self._children = children
        self._on_change = on_change
        self._running: dict[int, Step] = {}
        self._ended: set[int] = set()
        """Processes that were told to end: what they have to say counts no more."""

    @property
    def waits_for(self) -> str:
        """What is still on its way, in one line; nothing when all is over."""
        names = sorted({step.name for step in self._running.values()})
        return f"Uploading what {', '.join(names)} made to {self._place}." if names else ""

    def begin(self, step: Step, env: Mapping[str, str]) -> None:
        """Upload what an attempt that succeeded has made."""
        if not self._place:
            return
        place = read_place(self._place)
        name = f"{step.id}.{step.attempt}"
        result = self._folder / "tasks" / f"{name}.stored.json"
        artifacts = [
            {
                "name": key,
                "folder": str(artifact_folder(self._folder, step.id, key)),
                "key": place.key(self._folder.name, step.id, step.attempt, key),
            }
            for key in step.plan["output_artifacts"]
        ]
        job = {"connection": place.connection, "bucket": place.bucket, "artifacts": artifacts, "result": str(result)}
        file = self._folder / "tasks" / f"{name}.upload.json"
        log = self._folder / "logs" / f"{step.id}.upload.log"
        attempt = step.attempt
        try:
            file.write_text(json.dumps(job), encoding="utf-8")
            command = [sys.executable, "-m", "cellift.engine.upload_artifacts", str(file)]
            pid = spawn(command, env=env, cwd=str(self._folder), log=str(log))
        except (StartError, OSError) as error:
            self._warn(step, str(error))
            return
        self._running[pid] = step

        def on_exit(code: int) -> None:
            self._over(pid, attempt, code, result, log)

        self._children.watch(pid, on_exit)

    def end(self, step: Step | None = None) -> None:
        """End the uploads of a step (that is to run again), or all: gently first, so that the store keeps no halves."""
        for pid, of in list(self._running.items()):
            if (step is None or of is step) and pid not in self._ended:
                self._ended.add(pid)
                kill_group(pid, signal.SIGTERM)
                self._loop.call_later(self._grace, self._forcing(pid))

    def _forcing(self, pid: int) -> Callable[[], None]:
        def force() -> None:
            if pid in self._running:
                kill_group(pid, signal.SIGKILL)

        return force

    def _over(self, pid: int, attempt: int, code: int, result: Path, log: Path) -> None:
        step = self._running.pop(pid)
        if pid in self._ended:
            self._ended.discard(pid)
        elif code == 0:
            found: dict[str, Any] = json.loads(result.read_bytes())
            for name, stored in found.items():
                self._record.write("artifact.stored", task=step.id, attempt=attempt, name=name, **stored)
        else:
            self._warn(step, log_tail(log) or f"exit code {code}")
        self._on_change()

    def _warn(self, step: Step, why: str) -> None:
        message = (
            f"What step {step.name} made is only on this machine; it could not be uploaded to {self._place}: {why}"
        )
        self._record.write("warning", code="CL614", message=message, task=step.id)
