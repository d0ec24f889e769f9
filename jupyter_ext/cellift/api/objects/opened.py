"""Stores that this process has open: each connection once, so that its HTTP connections are used again."""

from __future__ import annotations

import os
import threading

from cellift.storage.api import Store
from cellift.storage.connections.model import Connection
from cellift.storage.connections.opening import LOCAL, open_connection, open_store

_lock = threading.Lock()
_open: dict[tuple[int, str], tuple[Connection, Store]] = {}


def opened(name: str) -> Store:
    """Return the store of a connection: the one from last time, unless the connection was changed since.

    Raises NoSuchConnectionError or UnusableConnectionError.
    """
    if name == LOCAL:
        return open_store(name)
    from cellift.storage.connections.listing import connections

    found = connections().get(name)
    if found is None:
        return open_store(name)  # which says what there is
    # A forked process must not share the sockets of its parent.
    place = os.getpid(), name
    with _lock:
        known = _open.get(place)
        if known is not None and known[0] == found:
            return known[1]
    store = open_connection(found)
    with _lock:
        _open[place] = found, store
    return store
