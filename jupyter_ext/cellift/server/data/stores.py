"""The stores that this server has open, the threads that wait for them, and its transfers."""

from __future__ import annotations

import asyncio
import gc
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TYPE_CHECKING, ParamSpec, TypeVar

if TYPE_CHECKING:
    from cellift.storage.api import Store
    from cellift.storage.connections.model import Connection
    from cellift.storage.connections.opened import OpenStores
    from cellift.storage.transfers.registry import Transfers

P = ParamSpec("P")
T = TypeVar("T")

# A server that is silent holds a thread for a minute: they are not those of the rest of Cellift.
_THREADS = 8
# Connections are looked up anew after so many seconds: files and variables that bring them may change.
_FRESH_SECONDS = 2.0
# After so long a thread lets others have the interpreter: threads of transfers and listings the event loop's.
_SWITCH_SECONDS = 0.0005


class Stores:
    """Connections by name, each opened once. Everything but `blocking` blocks, and belongs into it."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(_THREADS, thread_name_prefix="cellift-data")
        self._lock = threading.Lock()
        self._opened: OpenStores | None = None
        self._transfers: Transfers | None = None
        self._frozen = False
        self._switched = 0.0

    async def blocking(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """The result of ``function``, called in a thread that may wait for a server."""
        if not self._frozen:
            # Pages of a thousand objects make Python look for garbage often, and each full look at all that Jupyter
            # has loaded stops every thread for 0.1 s. What is there by now stays: it need not be looked at again.
            self._frozen = True
            gc.freeze()
            # A thread that has the interpreter keeps it for 5 ms when others want it, and several come before the loop.
            self._switched = sys.getswitchinterval()
            sys.setswitchinterval(min(_SWITCH_SECONDS, self._switched))
        return await asyncio.get_running_loop().run_in_executor(self._pool, partial(function, *args, **kwargs))

    def connections(self, *, fresh: bool = False) -> dict[str, Connection]:
        """All connections, by name."""
        return self._stores().connections(fresh=fresh)

    def connection(self, name: str) -> Connection:
        """The connection of a name."""
        return self._stores().connection(name)

    def open(self, name: str) -> Store:
        """The store of a connection, the same one until the connection is changed."""
        return self._stores().open(name)

    def _stores(self) -> OpenStores:
        from cellift.storage.connections.opened import OpenStores

        with self._lock:
            if self._opened is None:
                self._opened = OpenStores(_FRESH_SECONDS)
            return self._opened

    def transfers(self) -> Transfers:
        """The transfers of this server."""
        from cellift.storage.transfers.registry import Transfers

        with self._lock:
            if self._transfers is None:
                self._transfers = Transfers()
            return self._transfers

    def active(self) -> int:
        """How many transfers are not over."""
        return self._transfers.active() if self._transfers is not None else 0

    async def close(self) -> None:
        """Cancel the transfers, and refuse new work."""
        if self._transfers is not None:
            await asyncio.get_running_loop().run_in_executor(None, self._transfers.close)
        self._pool.shutdown(wait=False, cancel_futures=True)
        if self._frozen:
            self._frozen = False
            gc.unfreeze()
            sys.setswitchinterval(self._switched)
