"""Runs a program until standard input ends: ``python guard.py FOLDER PROGRAM ARGUMENTS``.

Its owner holds the other end of that pipe, so that the program ends with the owner however that ends; then FOLDER,
which has the program's files, is removed: an owner that was killed cannot. The program is killed by the kernel when
the guard itself is (Linux; prctl(2), PR_SET_PDEATHSIG). Standard library alone: it is started by path.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import select
import shutil
import signal
import subprocess
import sys

_PR_SET_PDEATHSIG = 1
_GRACE_SECONDS = 2.0
_LOOK_SECONDS = 0.2


def main(folder: str, command: list[str]) -> int:
    """Run the program; its exit code when it ends by itself (the owner reads in the folder why), else 0."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the owner, which then closes the pipe
    own = os.getpid()

    def die_with_guard() -> None:
        with contextlib.suppress(OSError, AttributeError):  # not Linux: then the pipe alone says it
            ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != own:
            os.kill(os.getpid(), signal.SIGKILL)

    program = subprocess.Popen(command, stdin=subprocess.DEVNULL, preexec_fn=die_with_guard)  # noqa: PLW1509 - one thread
    while program.poll() is None:
        ready, _, _ = select.select([sys.stdin], [], [], _LOOK_SECONDS)
        if ready and not os.read(sys.stdin.fileno(), 1024):
            program.terminate()
            try:
                program.wait(_GRACE_SECONDS)
            except subprocess.TimeoutExpired:
                program.kill()
                program.wait()
            shutil.rmtree(folder, ignore_errors=True)
            return 0
    return program.returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:]))
