"""Jobs for forked processes, as many at once as there are cores, and tables that all of them write to."""

from __future__ import annotations

import contextlib
import mmap
import os
import resource
import shutil
import signal
import struct
import sys
import tempfile
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

_CPU_SECONDS = 8
_SECONDS = 120
_MEMORY = 8 << 30
_RAISED = 70


class Table:
    """Bytes in rows, all zero, shared by a process and its forks."""

    def __init__(self, rows: int, width: int) -> None:
        self._width = width
        self._bytes = mmap.mmap(-1, max(1, rows * width))

    def mark(self, row: int, column: int) -> None:
        self._bytes[row * self._width + column] = 1

    def marked(self, row: int, column: int) -> bool:
        return self._bytes[row * self._width + column] == 1

    def put(self, row: int, number: int) -> None:
        """A number that takes the first eight bytes of the row."""
        struct.pack_into("=q", self._bytes, row * self._width, number)

    def number(self, row: int) -> int:
        found: int = struct.unpack_from("=q", self._bytes, row * self._width)[0]
        return found


@contextlib.contextmanager
def _leaving(errors: int) -> Iterator[None]:
    """The process ends here, and tells what was raised."""
    try:
        yield
        os._exit(0)
    except BaseException:  # noqa: BLE001 - told, and the process ends
        os.write(errors, traceback.format_exc().encode())
    finally:
        os._exit(_RAISED)


class Children:
    """Runs each job in a process of its own, which is killed with all that it started."""

    def __init__(self, config: Any) -> None:
        self._config = config

    def run(
        self,
        jobs: int,
        work: Callable[[int], None],
        first: Callable[[], None] = lambda: None,
        after: Callable[[int], None] = lambda _: None,
    ) -> None:
        """Do all jobs; what they find they write into a table. A job that raises is a mistake of ours, and told.

        ``first`` is done once in each process that forks for jobs, ``after`` is called when a job has ended.
        """
        queue, feed = os.pipe()
        os.write(feed, b"".join(number.to_bytes(4, "little") for number in range(jobs)))
        os.close(feed)
        workers, parent, errors = [], os.getpid(), os.dup(2)
        for _ in range(len(os.sched_getaffinity(0))):
            worker = os.fork()
            if worker == 0:
                with _leaving(errors):
                    first()
                    while os.getppid() == parent and (number := os.read(queue, 4)):
                        if self._one(int.from_bytes(number, "little"), work, errors) == _RAISED:
                            os._exit(_RAISED)
                        after(int.from_bytes(number, "little"))
            workers.append(worker)
        os.close(queue)
        ends = [os.waitstatus_to_exitcode(os.waitpid(worker, 0)[1]) for worker in workers]
        os.close(errors)
        if any(ends):
            raise RuntimeError("a job of the mutation run failed")

    def _one(self, number: int, work: Callable[[int], None], errors: int) -> int:
        folder = Path(tempfile.mkdtemp(prefix="mutant-"))
        child = os.fork()
        if child == 0:
            with _leaving(errors):
                os.setpgid(0, 0)
                nothing = os.open(os.devnull, os.O_RDWR)
                for descriptor in range(3):
                    os.dup2(nothing, descriptor)
                resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
                sys.modules["__main__"] = ModuleType("__main__")  # a mutant may write to whatever name is there
                self._config._tmp_path_factory._basetemp = folder
                os.chdir(tempfile.mkdtemp(dir=folder))  # a mutant may write to whatever name
                work(number)
        status = os.waitpid(child, 0)[1]
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child, signal.SIGKILL)
        shutil.rmtree(folder, ignore_errors=True)
        return os.waitstatus_to_exitcode(status)

    @staticmethod
    def allow_seconds(expected: int) -> None:
        """The job may take much longer than ``expected`` from now on: what never ends is killed, nothing else."""
        used = resource.getrusage(resource.RUSAGE_SELF)
        soft = int(used.ru_utime + used.ru_stime) + _CPU_SECONDS + expected
        resource.setrlimit(resource.RLIMIT_CPU, (soft, resource.getrlimit(resource.RLIMIT_CPU)[1]))
        signal.alarm(_SECONDS + 20 * expected)
