"""The children of a supervisor: which there are, and what to do when one ends."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

_REMEMBERED = 1024


class Children:
    """Reaps children and tells whoever asked. As a subreaper the process also gets orphans that nobody asked for."""

    def __init__(self) -> None:
        self._watched: dict[int, Callable[[int], None]] = {}
        self._unclaimed: dict[int, int] = {}

    @property
    def known(self) -> set[int]:
        """Pids of the children that are watched."""
        return set(self._watched)

    def watch(self, pid: int, on_exit: Callable[[int], None]) -> None:
        """Call ``on_exit(exit code)`` when the child ends, at once if it already has; -N means ended by signal N."""
        if pid in self._unclaimed:
            on_exit(self._unclaimed.pop(pid))
        else:
            self._watched[pid] = on_exit

    def reap(self) -> None:
        """Take in every child that has ended."""
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if pid == 0:
                return
            code = os.waitstatus_to_exitcode(status)
            on_exit = self._watched.pop(pid, None)
            if on_exit is not None:
                on_exit(code)
            else:
                # A step that ended before its pid was told, or an orphan: pids come again, so not too many are kept.
                self._unclaimed[pid] = code
                if len(self._unclaimed) > _REMEMBERED:
                    del self._unclaimed[next(iter(self._unclaimed))]
