"""Starting a program in a session of its own, with its output going straight to a file."""

from __future__ import annotations

import os
import signal
from typing import TYPE_CHECKING

from cellift.supervise.prctl import die_with_parent

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_DEFAULT_AGAIN = (signal.SIGPIPE, signal.SIGXFSZ, signal.SIGHUP, signal.SIGTERM, signal.SIGINT, signal.SIGCHLD)


class StartError(OSError):
    """The program could not be started; the message says which and why."""


def spawn(
    argv: Sequence[str],
    *,
    env: Mapping[str, str],
    cwd: str,
    log: str,
    stdin: str = os.devnull,
    keep: Sequence[int] = (),
) -> int:
    """Start ``argv`` and return its pid, which is also its session and process group.

    Standard output and error are appended to the file ``log``; ``stdin`` is a path. ``keep`` are descriptors that the
    program gets under the same numbers. It is killed when this process dies. Raises `StartError` when the log or the
    program cannot be opened. This process must have one thread only.
    """
    parent = os.getpid()
    opened: list[int] = []
    try:
        failed_r, failed_w = os.pipe()  # closed by exec: end of file means started
        opened += (failed_r, failed_w)
        in_fd = os.open(stdin, os.O_RDONLY | os.O_CLOEXEC)
        opened.append(in_fd)
        log_fd = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
        opened.append(log_fd)
        pid = os.fork()
    except OSError as error:
        for fd in opened:
            os.close(fd)
        what = f"{error.filename} cannot be opened" if error.filename else "There is no room for another process"
        raise StartError(error.errno, f"{what}: {error.strerror}") from error
    if pid == 0:
        stage = "start"
        try:
            signal.set_wakeup_fd(-1)
            for signum in _DEFAULT_AGAIN:
                signal.signal(signum, signal.SIG_DFL)
            os.setsid()
            die_with_parent(parent)
            os.dup2(in_fd, 0)
            os.dup2(log_fd, 1)
            os.dup2(log_fd, 2)
            for fd in keep:
                os.set_inheritable(fd, True)
            stage = cwd
            os.chdir(cwd)
            stage = argv[0]
            os.execvpe(argv[0], list(argv), dict(env))  # noqa: S606 - no shell is wanted
        except BaseException as error:  # noqa: BLE001 - nothing may leave the child
            number = error.errno if isinstance(error, OSError) else 0
            os.write(failed_w, f"{number or 0}\n{stage}: {error}".encode("utf-8", "replace"))
        finally:
            os._exit(127)
    os.close(failed_w)
    os.close(in_fd)
    os.close(log_fd)
    with os.fdopen(failed_r, "rb") as pipe:
        failure = pipe.read()
    if failure:
        os.waitpid(pid, 0)
        code, _, text = failure.decode().partition("\n")
        raise StartError(int(code), text)
    return pid
