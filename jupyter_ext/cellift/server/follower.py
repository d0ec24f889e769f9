"""Follows the journals of runs while somebody watches, and puts what changed on the event bus."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable
from typing import TYPE_CHECKING

from cellift.server.events import emit

if TYPE_CHECKING:
    from jupyter_events import EventLogger

    from cellift.server.keepalive import Keepalive
    from cellift.server.workers import Workers

# How long one watch call lasts, in seconds. Clients renew well before, and a closed browser just stops renewing.
LEASE = 45
# Between two looks at the journals. A person takes a quarter of a second for "at once".
TICK = 0.25
# After a failed look (a disk that is away): long enough not to fill the log.
PAUSE = 5.0

_log = logging.getLogger(__name__)


class Follower:
    """One task that exists only while a watch lease is live. All methods belong to the event loop."""

    def __init__(self, workers: Workers, keepalive: Keepalive, event_logger: EventLogger) -> None:
        self._workers = workers
        self._keepalive = keepalive
        self._event_logger = event_logger
        self._until = 0.0
        self._asked: set[str] = set()
        self._task: asyncio.Task[None] | None = None

    @property
    def active(self) -> bool:
        """Whether journals are being followed."""
        return self._task is not None and not self._task.done()

    def watch(self, run_ids: Iterable[str] = ()) -> None:
        """Follow all active runs, and those named, for :data:`LEASE` seconds from now."""
        loop = asyncio.get_running_loop()
        self._until = loop.time() + LEASE
        self._asked.update(run_ids)
        if not self.active:
            self._task = loop.create_task(self._follow(), name="cellift-follower")

    async def close(self) -> None:
        """Stop following at once."""
        self._until = 0.0
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
            self._task = None

    async def _follow(self) -> None:
        from cellift.server.journals import Journals

        loop = asyncio.get_running_loop()
        journals: Journals | None = None
        while loop.time() < self._until:
            asked, self._asked = self._asked, set()
            try:
                if journals is None:
                    journals = await self._workers.blocking(lambda: Journals(self._workers.home()))
                events = await self._workers.blocking(journals.poll, asked)
                emit(self._event_logger, events)
            except Exception:  # noqa: BLE001
                # Whatever it was, the watchers fall back to asking; following goes on when the cause is gone.
                _log.warning("Cellift could not follow the runs; it tries again.", exc_info=True)
                self._asked |= asked
                await asyncio.sleep(PAUSE)
                continue
            if journals.active:
                self._keepalive.begin()
            await asyncio.sleep(TICK)
