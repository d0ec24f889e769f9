"""Ending everything that a run, or one of its tasks, has left."""

from __future__ import annotations

import os
import signal
import time

from cellift.supervise.processes import children_of, descendants_of, is_marked, marked

_PAUSE = 0.01


def kill(pid: int, signum: int) -> bool:
    """Send a signal; False when the process is gone (or was never ours)."""
    try:
        os.kill(pid, signum)
    except (ProcessLookupError, PermissionError):
        return False
    return True


def kill_group(group: int, signum: int) -> bool:
    """Send a signal to a process group; False when nobody is left in it."""
    try:
        os.killpg(group, signum)
    except (ProcessLookupError, PermissionError):
        return False
    return True


def sweep_task(run_id: str, tag: str, known: set[int]) -> int:
    """Kill what a finished task has left among the orphans that came to this process; the number of processes killed.

    ``known`` are this process's children that are tasks or tools themselves. Orphans without a readable mark of any
    task stay until the run's end, because they could belong to a task that still runs.
    """
    killed = 0
    for orphan in children_of(os.getpid()):
        if orphan in known:
            continue
        for pid in (orphan, *descendants_of([orphan])):
            if is_marked(pid, run_id, tag):
                killed += kill(pid, signal.SIGKILL)
    return killed


def sweep_run(run_id: str, *, spare: set[int] | None = None, deadline: float = 2.0) -> set[int]:
    """Kill all descendants of this process and all processes marked with the run, until none is left.

    Reaps the children of this process on the way. Gives up after ``deadline`` seconds and returns what is left then
    (processes that wait in the kernel and cannot be killed yet); normally nothing.
    """
    spared = {os.getpid(), *(spare or ())}
    end = time.monotonic() + deadline
    while True:
        left = (descendants_of([os.getpid()]) | marked(run_id)) - spared
        for pid in left:
            kill(pid, signal.SIGKILL)
        left -= _reap()
        if not left or time.monotonic() > end:
            return left
        time.sleep(_PAUSE)


def _reap() -> set[int]:
    reaped: set[int] = set()
    while True:
        try:
            pid, _ = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return reaped
        if pid == 0:
            return reaped
        reaped.add(pid)
