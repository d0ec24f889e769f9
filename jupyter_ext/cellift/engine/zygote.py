"""The supervisor's side of the zygote (``warm_child.py``)."""

from __future__ import annotations

import json
import os
import signal
import socket
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cellift.supervise.processes import children_of, is_marked
from cellift.supervise.spawn import StartError, spawn
from cellift.supervise.sweep import kill, kill_group

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from cellift.supervise.children import Children
    from cellift.supervise.loop import Loop

START_SECONDS = 60.0
"""Imports that take longer are left to the steps."""
FORK_SECONDS = 5.0
"""A fork that takes longer hangs."""

_MAX_PACKET = 1 << 20


class Zygote:
    """One warm interpreter. ``on_change`` is called when it becomes ready and when it is lost.

    ``state`` is ``starting``, ``ready`` or ``lost``; a lost zygote never comes back. A fork that did not come about is
    handed to its ``on_lost``, exactly once, and the program has not run then.
    """

    def __init__(self, loop: Loop, children: Children, run_id: str, on_change: Callable[[], None]) -> None:
        self.state = "lost"
        self._loop = loop
        self._children = children
        self._run_id = run_id
        self._on_change = on_change
        self._pid = 0
        self._socket: socket.socket | None = None
        self._start_timer = 0
        self._forks: dict[str, tuple[int, str, Callable[[int], None], Callable[[], None]]] = {}

    def start(
        self,
        python: Sequence[str],
        bootstrap: str,
        imports: Sequence[str],
        *,
        env: Mapping[str, str],
        cwd: str,
        log: Path,
        given: Path,
    ) -> None:
        """Start the process; where that fails the zygote stays lost. ``given`` is a file to hand things over in."""
        if sys.platform != "linux":
            return
        text = Path(__file__).with_name("warm_child.py").read_text(encoding="utf-8")
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        try:
            given.write_text(
                json.dumps({"imports": list(imports), "bootstrap": bootstrap, "supervisor": os.getpid()}),
                encoding="utf-8",
            )
            argv = [*python, "-c", text, str(theirs.fileno()), str(given)]
            self._pid = spawn(argv, env=env, cwd=cwd, log=str(log), keep=[theirs.fileno()])
        except (StartError, OSError):
            ours.close()
            return
        finally:
            theirs.close()
        ours.setblocking(False)
        self._socket = ours
        self.state = "starting"
        self._children.watch(self._pid, lambda _code: self._lose())
        self._loop.add_reader(ours.fileno(), self._read)
        self._start_timer = self._loop.call_later(START_SECONDS, self._lose)

    def fork(
        self, key: str, request: Mapping[str, Any], on_pid: Callable[[int], None], on_lost: Callable[[], None]
    ) -> None:
        """Ask for a process for ``request`` (``argv``, ``env``, ``log``, ``tag``)."""
        timer = self._loop.call_later(FORK_SECONDS, self._lose)
        self._forks[key] = (timer, request["tag"], on_pid, on_lost)
        try:
            assert self._socket is not None
            self._socket.send(json.dumps({"fork": key, **request}).encode())
        except OSError:
            self._loop.call_later(0, self._lose)

    def stop(self) -> None:
        """End the process. Forks that are under way are lost without a call."""
        self._forks.clear()
        self._lose()

    def _read(self) -> None:
        assert self._socket is not None
        try:
            packet = self._socket.recv(_MAX_PACKET)
        except BlockingIOError:
            return
        except OSError:
            packet = b""
        if not packet:
            self._lose()
            return
        message = json.loads(packet)
        if "ready" in message:
            self._loop.cancel_call(self._start_timer)
            if not message["safe"]:
                self._lose()
            else:
                self.state = "ready"
                self._on_change()
        elif message.get("forked") in self._forks:
            timer, _, on_pid, _ = self._forks.pop(message["forked"])
            self._loop.cancel_call(timer)
            on_pid(message["pid"])

    def _lose(self) -> None:
        if self.state == "lost":
            return
        self.state = "lost"
        assert self._socket is not None
        self._loop.remove_reader(self._socket.fileno())
        self._socket.close()
        self._loop.cancel_call(self._start_timer)
        kill_group(self._pid, signal.SIGKILL)
        forks, self._forks = self._forks, {}
        for timer, tag, _, on_lost in forks.values():
            self._loop.cancel_call(timer)
            # One that hangs between the fork and its own program has not said its pid.
            for child in children_of(os.getpid()):
                if child not in self._children.known and is_marked(child, self._run_id, tag):
                    kill(child, signal.SIGKILL)
            on_lost()
        self._on_change()
