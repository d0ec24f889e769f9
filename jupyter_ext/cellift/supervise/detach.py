"""Starting a supervisor that outlives its caller."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING

from cellift.supervise.names import READY
from cellift.supervise.sweep import kill_group

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cellift.runs.store import NewRun

LOG = "supervisor.log"


class LaunchError(Exception):
    """The supervisor did not come up; the message says why."""


def start_supervisor(new: NewRun, module: str, *, env: Mapping[str, str], timeout: float = 30.0) -> None:
    """Start ``python -m MODULE FOLDER LOCK_FD READY_FD`` for a new run and wait until it has the journal open.

    The process is a session of its own, has no terminal and belongs to nobody: the caller may end. It inherits the
    run's lock. Its environment is ``env``, which the run's steps inherit. Raises `LaunchError`.
    """
    ready_r, ready_w = os.pipe()
    log_path = new.folder / "logs" / LOG
    try:
        with log_path.open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", module, str(new.folder), str(new.lock_fd), str(ready_w)],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                # Not the caller's folder: a json.py there is the user's business, not the supervisor's.
                cwd=new.folder,
                env=dict(env),
                start_new_session=True,
                pass_fds=(new.lock_fd, ready_w),
            )
    except OSError as error:
        os.close(ready_r)
        raise LaunchError(f"The supervisor cannot be started: {error}") from error
    finally:
        os.close(ready_w)
    with os.fdopen(ready_r, "rb", buffering=0) as pipe:
        said = _read_until(pipe.fileno(), time.monotonic() + timeout)
    if said == READY:
        # The first process ends only with the run; a zombie of it must not stay with a long-lived caller.
        _reap_later(process)
        return
    if said is None:
        kill_group(process.pid, signal.SIGKILL)
    # Its guardian may write to the record until it is gone.
    process.wait()
    if said is None:
        raise LaunchError(f"The supervisor did not start within {timeout:g} s. Its output is in {log_path}.")
    text = said.decode("utf-8", "replace").strip() or _last_line(log_path.read_bytes())
    raise LaunchError(f"The supervisor ended while it started: {text or 'it said nothing'}")


def _read_until(fd: int, deadline: float) -> bytes | None:
    """Everything up to the end of file, or None when that does not come in time."""
    data = b""
    poll = select.poll()
    poll.register(fd, select.POLLIN)
    while poll.poll(max(0, int((deadline - time.monotonic()) * 1000))):
        more = os.read(fd, 65536)
        if not more:
            return data
        data += more
    return None


def _reap_later(process: subprocess.Popen[bytes]) -> None:
    """Wait for the child on a thread of its own, so that no zombie stays and no caller has to remember it."""
    import threading

    threading.Thread(target=process.wait, name="cellift-supervisor-wait", daemon=True).start()


def _last_line(data: bytes) -> str:
    lines = data.decode("utf-8", "replace").strip().splitlines()
    return lines[-1] if lines else ""
