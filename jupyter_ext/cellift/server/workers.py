"""Where blocking work is done, and the state it works on: what handlers and background tasks have in common."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, ParamSpec, TypeVar

if TYPE_CHECKING:
    from cellift.runs.store import RunStore

P = ParamSpec("P")
T = TypeVar("T")

# Few: the work is short, and a notebook server often has one core. Long waits are never spent in a thread.
_THREADS = 4


class Workers:
    """A few worker threads. Nothing is opened before the first request that needs it."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(_THREADS, thread_name_prefix="cellift")

    async def blocking(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """The result of ``function``, called in a worker thread: files, databases and analysis never block the loop."""
        return await asyncio.get_running_loop().run_in_executor(self._pool, partial(function, *args, **kwargs))

    def home(self) -> Path:
        """The folder of all state. Blocking: it is made when it is not there."""
        from cellift.config.paths import home

        return home()

    def store(self) -> RunStore:
        """The run store of this user. Blocking."""
        from cellift.runs.store import RunStore

        return RunStore(self.home())

    async def close(self) -> None:
        """Refuse new work. What a thread is doing (at most the start of one run) is finished."""
        self._pool.shutdown(wait=False, cancel_futures=True)
