"""Looking at processes: identity, family, marks. Reads ``/proc``; elsewhere psutil."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from cellift.supervise.names import RUN_ID, TASK_TAG

if TYPE_CHECKING:
    from collections.abc import Iterable

_LINUX = sys.platform == "linux"


def start_time(pid: int) -> str | None:
    """When the process started, in the system's own unit: with the pid it names one process for ever. None: no such."""
    if _LINUX:
        fields = _stat(pid)
        return fields[19] if fields else None
    import psutil

    try:
        return repr(psutil.Process(pid).create_time())
    except psutil.Error:
        return None


def is_process(pid: int, start: str) -> bool:
    """Whether the process that had this pid and start time still runs."""
    return start_time(pid) == start


def children_of(pid: int) -> list[int]:
    """Direct children, zombies included."""
    if _LINUX:
        try:
            with open(f"/proc/{pid}/task/{pid}/children", "rb") as file:  # noqa: PTH123 - hot path
                return [int(child) for child in file.read().split()]
        except OSError:
            return [child for child, parent in _parents().items() if parent == pid]
    import psutil

    try:
        return [child.pid for child in psutil.Process(pid).children()]
    except psutil.Error:
        return []


def descendants_of(pids: Iterable[int]) -> set[int]:
    """Everything below the given processes, without themselves."""
    found: set[int] = set()
    stack = list(pids)
    while stack:
        for child in children_of(stack.pop()):
            if child not in found:
                found.add(child)
                stack.append(child)
    return found


def marked(run_id: str, tag: str | None = None) -> set[int]:
    """Processes, other than this one, whose environment says that they belong to the run (and to the task)."""
    return {pid for pid in _pids() if pid != os.getpid() and is_marked(pid, run_id, tag)}


def is_marked(pid: int, run_id: str, tag: str | None = None) -> bool:
    """Whether one process carries the mark of the run (and task)."""
    entries = _environment(pid)
    return f"{RUN_ID}={run_id}".encode() in entries and (tag is None or f"{TASK_TAG}={tag}".encode() in entries)


def _pids() -> list[int]:
    if _LINUX:
        return [int(name) for name in os.listdir("/proc") if name.isdigit()]  # noqa: PTH208 - hot path
    import psutil

    return list(psutil.pids())


def _environment(pid: int) -> list[bytes]:
    if _LINUX:
        try:
            with open(f"/proc/{pid}/environ", "rb") as file:  # noqa: PTH123 - hot path
                return file.read().split(b"\0")
        except OSError:  # ended, or not ours to read: then it is not of the run either
            return []
    import psutil

    try:
        return [f"{name}={value}".encode() for name, value in psutil.Process(pid).environ().items()]
    except psutil.Error:
        return []


def _stat(pid: int) -> list[str] | None:
    """Fields of ``/proc/PID/stat`` from the state on (the command may hold blanks and brackets)."""
    try:
        with open(f"/proc/{pid}/stat", "rb") as file:  # noqa: PTH123 - hot path
            return file.read().rpartition(b")")[2].decode().split()
    except OSError:
        return None


def _parents() -> dict[int, int]:
    """Parent of every process, for kernels that do not list children."""
    parents = {}
    for pid in _pids():
        fields = _stat(pid)
        if fields:
            parents[pid] = int(fields[1])
    return parents
