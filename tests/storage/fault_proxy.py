"""A proxy in front of a real S3 server that does one thing wrong, for chosen requests.

It speaks to the server in plain HTTP/1.1, one connection for each request, and changes no request: signatures hold.
"""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from urllib.parse import urlsplit

Head = tuple[str, str]
"""Method and target of a request."""


def answer(status: str, body: bytes = b"", **headers: str) -> bytes:
    """An HTTP answer; ``content_type`` and the like become headers."""
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", "Connection: close"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def error(status: str, code: str, message: str = "", content_type: str = "application/xml", **headers: str) -> bytes:
    """An error as S3 servers answer it."""
    body = f"<?xml version='1.0'?><Error><Code>{code}</Code><Message>{message}</Message></Error>"
    return answer(status, body.encode(), content_type=content_type, **headers)


@dataclass
class FaultProxy:
    """``fault`` is asked with each request: None lets it pass, bytes are the answer, b"" resets the connection.

    ``change`` may change the server's answer; ``after`` is called when it is sent, before the connection is closed.
    ``seen`` are the requests; ``raw`` all that was sent, keys included.
    """

    target: str
    fault: Callable[[Head], bytes | None] = lambda _: None
    change: Callable[[Head, bytes], bytes] = lambda _, given: given
    after: Callable[[Head], object] = lambda _: None
    seen: list[Head] = field(default_factory=list)
    raw: list[bytes] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        # Closing alone would let the one that waits in `accept` take another connection.
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        with client:
            request = _message(client)
            if not request:
                return
            method, target, _ = request.split(b"\r\n", 1)[0].decode("latin-1").split(" ", 2)
            head = (method, target)
            self.seen.append(head)
            self.raw.append(request)
            given = self.fault(head)
            if given is None:
                with suppress(ConnectionError):  # the server takes no more of it
                    given = self.change(head, self._asked(request))
            if given:
                # Whoever asked may have gone away meanwhile.
                with suppress(OSError):
                    client.sendall(given)
                    self.after(head)
            else:
                # With nothing lingering, closing is a reset and no orderly end.
                client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")

    def _asked(self, request: bytes) -> bytes:
        parts = urlsplit(self.target)
        with socket.create_connection((parts.hostname or "", parts.port or 0)) as server:
            head, _, body = request.partition(b"\r\n\r\n")
            server.sendall(head + b"\r\nConnection: close\r\n\r\n" + body)
            pieces = []
            while piece := server.recv(1 << 16):
                pieces.append(piece)
        return b"".join(pieces)


def _message(connection: socket.socket) -> bytes:
    """One request, whole: head, and as many bytes of a body as it says."""
    data = b""
    while b"\r\n\r\n" not in data:
        piece = connection.recv(1 << 16)
        if not piece:
            return b""
        data += piece
    head = data.partition(b"\r\n\r\n")[0].lower()
    length = 0
    for line in head.split(b"\r\n"):
        if line.startswith(b"content-length:"):
            length = int(line.split(b":")[1])
    end = len(head) + 4 + length
    while len(data) < end:
        piece = connection.recv(1 << 16)
        if not piece:
            return b""
        data += piece
    return data
