"""The control socket of a run: one JSON object per line each way, in ``control.sock`` of the run's folder."""

from __future__ import annotations

import json
import os
import socket
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from cellift.supervise.loop import Loop

SOCKET = "control.sock"
_MAX_LINE = 64 * 1024
_MAX_PATH = 100  # the system takes 108 bytes, some 104


class ControlServer:
    """Answers commands in the supervisor. ``handlers``: command -> function from the message to the answer."""

    def __init__(
        self, folder: Path, loop: Loop, handlers: dict[str, Callable[[dict[str, Any]], dict[str, Any]]]
    ) -> None:
        self._loop = loop
        self._handlers = handlers
        self._path = folder / SOCKET
        self._clients: dict[int, tuple[socket.socket, bytes]] = {}
        self._path.unlink(missing_ok=True)
        self._server = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        # The supervisor works in the run's folder, so the short name is enough however long the path is.
        before = os.umask(0o177)
        try:
            self._server.bind(SOCKET)
        finally:
            os.umask(before)
        self._server.listen(16)
        self._server.setblocking(False)
        loop.add_reader(self._server.fileno(), self._accept)

    def close(self) -> None:
        """Stop answering and remove the socket."""
        self._loop.remove_reader(self._server.fileno())
        self._server.close()
        for fd in list(self._clients):
            self._drop(fd)
        self._path.unlink(missing_ok=True)

    def _accept(self) -> None:
        try:
            client, _ = self._server.accept()
        except OSError:
            return
        client.setblocking(False)
        fd = client.fileno()
        self._clients[fd] = (client, b"")
        self._loop.add_reader(fd, lambda: self._read(fd))

    def _read(self, fd: int) -> None:
        client, held = self._clients[fd]
        try:
            data = client.recv(_MAX_LINE)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data or len(held) + len(data) > _MAX_LINE:
            self._drop(fd)
            return
        *lines, rest = (held + data).split(b"\n")
        self._clients[fd] = (client, rest)
        for line in lines:
            try:
                # An answer is short; a client that does not read it loses it, the supervisor never waits.
                client.send(json.dumps(self._answer(line)).encode() + b"\n")
            except OSError:
                self._drop(fd)
                return

    def _answer(self, line: bytes) -> dict[str, Any]:
        try:
            message = json.loads(line)
            handler = self._handlers.get(command) if isinstance(command := message["command"], str) else None
        except (ValueError, KeyError, TypeError, RecursionError):
            return {"ok": False, "message": "A command is one JSON object on one line, with the key command."}
        if handler is None:
            return {
                "ok": False,
                "message": f"There is no command {command!r}; there are {', '.join(sorted(self._handlers))}.",
            }
        return {"ok": True, **handler(message)}

    def _drop(self, fd: int) -> None:
        client, _ = self._clients.pop(fd)
        self._loop.remove_reader(fd)
        client.close()


def send_command(folder: Path, command: str, *, timeout: float = 2.0) -> dict[str, Any] | None:
    """Send a command to the supervisor of the run in ``folder``; its answer, or None when nobody answers in time."""
    folder_fd: int | None = None
    client = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    client.settimeout(timeout)
    try:
        path = str(folder / SOCKET)
        if len(os.fsencode(path)) > _MAX_PATH and sys.platform == "linux":
            folder_fd = os.open(folder, os.O_PATH | os.O_CLOEXEC)
            path = f"/proc/self/fd/{folder_fd}/{SOCKET}"
        client.connect(path)
        client.sendall(json.dumps({"command": command}).encode() + b"\n")
        answer = b""
        while not answer.endswith(b"\n"):
            data = client.recv(_MAX_LINE)
            if not data:
                return None
            answer += data
        value = json.loads(answer)
        return value if isinstance(value, dict) else None
    except (OSError, ValueError):
        return None
    finally:
        client.close()
        if folder_fd is not None:
            os.close(folder_fd)
