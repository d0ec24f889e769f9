"""Stores that a process has open: each connection once, so that its HTTP connections are used again."""

from __future__ import annotations

import os
import threading
import time

from cellift.storage.api import Store
from cellift.storage.connections import listing
from cellift.storage.connections.model import Connection
from cellift.storage.connections.opening import LOCAL, find_connection, open_connection


class OpenStores:
    """Stores by the names of their connections. It may be used by several threads."""

    def __init__(self, fresh_seconds: float = 0.0) -> None:
        """*fresh_seconds*: how long the connections that were found are taken for those that there are."""
        self._fresh_seconds = fresh_seconds
        self._lock = threading.Lock()
        self._connections: dict[str, Connection] = {}
        self._looked: float | None = None
        self._open: dict[tuple[int, str], tuple[Connection, Store]] = {}

    def connections(self, *, fresh: bool = False) -> dict[str, Connection]:
        """All connections, by name."""
        with self._lock:
            now = time.monotonic()
            if fresh or self._looked is None or now >= self._looked + self._fresh_seconds:
                self._connections = listing.connections()
                self._looked = now
            return self._connections

    def connection(self, name: str) -> Connection:
        """The connection of a name, also one that was made just now; NoSuchConnectionError when there is none."""
        known = None if name == LOCAL else self.connections().get(name)
        return known or find_connection(name)

    def open(self, name: str) -> Store:
        """The store of a connection: the one from last time, unless the connection was changed since.

        Raises NoSuchConnectionError or UnusableConnectionError.
        """
        found = self.connection(name)
        # A forked process must not share the sockets of its parent.
        place = os.getpid(), name
        with self._lock:
            known = self._open.get(place)
            if known is not None and known[0] == found:
                return known[1]
        store = open_connection(found)
        with self._lock:
            self._open[place] = found, store
        return store
