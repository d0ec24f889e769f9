"""HTTP connections that can be broken off while a thread waits for them: when its work is cancelled."""

from __future__ import annotations

import socket
import threading
from typing import TYPE_CHECKING, Any

from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

from cellift.storage.cancelling import Cancelling, current

if TYPE_CHECKING:
    _Base = HTTPConnection
else:
    _Base = object


class _Breakable(_Base):
    """Belongs to the work whose request it carries; that of another breaks it off no more."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._guard = threading.Lock()
        self._owner: Cancelling | None = None
        self._open: socket.socket | None = None
        """Kept beside ``sock``, which is None while an answer is read that ends with the connection."""
        self._is_broken = False

    def connect(self) -> None:
        super().connect()
        with self._guard:
            self._open, self._is_broken, self._owner = self.sock, False, current()
        if self._owner is not None:
            self._owner.uses(self)

    def request(self, *args: Any, **options: Any) -> None:
        with self._guard:
            self._owner = current()
            broken = self._is_broken
        if broken:
            self.close()  # it was idle, and opens anew
        if self._owner is not None:
            self._owner.uses(self)
        super().request(*args, **options)

    def break_off(self, cancelling: Cancelling) -> None:
        """Let whoever waits for it go on at once, unless it serves other work by now."""
        with self._guard:
            if self._owner is not cancelling or self._open is None:
                return
            self._is_broken = True
            try:
                # Not the method of a TLS socket: that forgets its session under who reads from it.
                socket.socket.shutdown(self._open, socket.SHUT_RDWR)
            except OSError:
                pass  # it is closed by now


class _HTTPConnection(_Breakable, HTTPConnection):
    pass


class _HTTPSConnection(_Breakable, HTTPSConnection):
    pass


class _HTTPPool(HTTPConnectionPool):
    ConnectionCls = _HTTPConnection


class _HTTPSPool(HTTPSConnectionPool):
    ConnectionCls = _HTTPSConnection


POOLS: dict[str, type[HTTPConnectionPool]] = {"http": _HTTPPool, "https": _HTTPSPool}
"""For a `urllib3.PoolManager`."""
