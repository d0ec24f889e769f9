"""Closing the record of a run that lost its supervisor."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from cellift.runs import states
from cellift.runs.journal import JournalReader, JournalWriter
from cellift.runs.lock import read_owner

if TYPE_CHECKING:
    from cellift.runs.model import Run

_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")


def boot_id() -> str | None:
    """What tells this start of the machine from others, where the system says it."""
    try:
        return _BOOT_ID.read_text().strip()
    except OSError:
        return None


def record_not_started(folder: Path, message: str) -> None:
    """Close the record of a run whose supervisor did not come up, unless it is closed already.

    The caller holds the lock of the run, and nobody else writes.
    """
    events = JournalReader(folder).read()
    if any(event["type"] == "run.state" and states.is_terminal(event["state"]) for event in events):
        return
    journal = JournalWriter(folder)
    try:
        error = {"reason": "NotStarted", "message": message, "code": "CL515", "resumable": True}
        journal.append("run.state", sync=True, state=states.FAILED, reason=message, error=error)
    finally:
        journal.close()


def close_interrupted(folder: Path, run: Run) -> None:
    """Append the final events of ``run``, which is not over and has no supervisor any more.

    The caller holds the lock of the run and has read ``run`` since it got it. A run that was being cancelled is
    CANCELLED; any other is FAILED with reason ``Interrupted``, resumable.
    """
    cancelled = run["state"] == states.CANCELLING
    error: dict[str, Any] = {
        "reason": states.INTERRUPTED,
        "message": _why(folder),
        "code": "CL514",
        "resumable": True,
    }
    journal = JournalWriter(folder)
    try:
        for task in run["tasks"]:
            if states.is_terminal(task["state"]):
                continue
            if cancelled:
                journal.append("task.state", task=task["id"], state=states.CANCELLED, attempt=task["attempt"])
            elif task["state"] == states.RUNNING:
                task_error = {
                    **error,
                    "message": "The step was ended because the run was interrupted.",
                    "task": task["id"],
                }
                journal.append(
                    "task.state", task=task["id"], state=states.FAILED, attempt=task["attempt"], error=task_error
                )
            else:
                journal.append(
                    "task.state",
                    task=task["id"],
                    state=states.SKIPPED,
                    attempt=task["attempt"],
                    reason="The run was interrupted before this step started.",
                )
        if cancelled:
            journal.append("run.state", sync=True, state=states.CANCELLED)
        else:
            journal.append("run.state", sync=True, state=states.FAILED, reason=error["message"], error=error)
    finally:
        journal.close()


def _why(folder: Path) -> str:
    owner = read_owner(folder) or {}
    boot, now = owner.get("boot"), boot_id()
    if boot and now and boot != now:
        return "The machine was restarted while the run was going on."
    return "The process that supervised the run was killed. Steps that were running have been ended."
