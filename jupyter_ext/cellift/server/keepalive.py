"""Keeps a server that is culled when idle alive while runs and transfers go on, also when nobody watches them."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from contextlib import closing
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cellift.server.workers import Workers

# Seconds between two looks. Hubs and servers cull after many minutes at the least.
PERIOD = 60.0

_log = logging.getLogger(__name__)


class Keepalive:
    """Notes activity with the server once a minute, from the start of a run or transfer until none goes on.

    Runs outlive a Jupyter server, but not the container that a hub takes away together with it.
    """

    def __init__(self, workers: Workers, activity: dict[str, Any], transfers: Callable[[], int] = lambda: 0) -> None:
        self._workers = workers
        self._activity = activity
        self._transfers = transfers
        self._task: asyncio.Task[None] | None = None

    @property
    def active(self) -> bool:
        """Whether it still looks."""
        return self._task is not None and not self._task.done()

    def begin(self) -> None:
        """A run goes on. Cheap to call again."""
        if not self.active:
            self._note()
            self._task = asyncio.get_running_loop().create_task(self._look(), name="cellift-keepalive")

    async def close(self) -> None:
        """Stop looking at once."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
            self._task = None

    async def _look(self) -> None:
        while True:
            await asyncio.sleep(PERIOD)
            try:
                if not await self._workers.blocking(self._count):
                    return
            except Exception:  # noqa: BLE001 - a server that is culled too early is all that can come of it
                _log.warning("Cellift could not see whether runs go on.", exc_info=True)
                return
            self._note()

    def _count(self) -> int:
        with closing(self._workers.store()) as store:
            return store.active_count() + self._transfers()

    def _note(self) -> None:
        self._activity["cellift"] = datetime.now(timezone.utc)
