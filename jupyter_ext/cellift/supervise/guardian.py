"""The guardian: the parent of the supervisor. When that is killed, it ends the run's processes and closes the record.

It is a subreaper above the supervisor, so whatever the supervisor leaves becomes its child, marked or not.
"""

from __future__ import annotations

import os
import signal
import sys
from typing import TYPE_CHECKING, Any, NoReturn

from cellift.supervise.prctl import become_subreaper

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def guard(folder: Path, run_id: str, supervise: Callable[[], int], close_in_guardian: list[int]) -> NoReturn:
    """Run ``supervise`` in a child process; stay as its guardian. Does not return in either process.

    ``supervise`` returns an exit code. The descriptors ``close_in_guardian`` are left to the supervisor.
    """
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    become_subreaper()
    supervisor = os.fork()
    if supervisor == 0:
        code = 1
        try:
            code = supervise()
        except BaseException:  # noqa: BLE001 - recorded by the guardian as interrupted; the log says why
            sys.excepthook(*sys.exc_info())
        finally:
            sys.stderr.flush()
            os._exit(code)
    for fd in close_in_guardian:
        os.close(fd)

    def forward(signum: int, _frame: Any) -> None:
        try:
            os.kill(supervisor, signum)
        except ProcessLookupError:
            pass

    # Signals to either process mean the run.
    signal.signal(signal.SIGTERM, forward)
    signal.signal(signal.SIGINT, forward)
    _wait(supervisor)
    _after(folder, run_id)
    os._exit(0)


def _wait(supervisor: int) -> None:
    """Wait for the supervisor; other children are orphans that are reaped by the way."""
    while True:
        try:
            pid, _ = os.waitpid(-1, 0)
        except ChildProcessError:
            return
        if pid == supervisor:
            return


def _after(folder: Path, run_id: str) -> None:
    """Close the run if the supervisor could not. The lock is still ours: the descriptor came with the fork."""
    from cellift.runs import states
    from cellift.runs.errors import RunStoreError
    from cellift.runs.repair import close_interrupted
    from cellift.runs.store import read_run
    from cellift.supervise.control import SOCKET
    from cellift.supervise.sweep import sweep_run

    try:
        run = read_run(folder, run_id)
    except RunStoreError:  # removed by the user the moment it was over
        return
    if states.is_terminal(run["state"]):
        return
    sweep_run(run_id)
    close_interrupted(folder, run)
    (folder / SOCKET).unlink(missing_ok=True)
