"""Progress of a write whose parts are sent by several threads, and the way to end it."""

from __future__ import annotations

import threading
from collections.abc import Callable


class Stopped(Exception):  # noqa: N818 - no error: it only ends the other threads
    """Another thread's part ended the write."""


class Gate:
    """Calls *moved* for one piece at a time. Once that raised (or `stop` was called), each further piece raises."""

    def __init__(self, moved: Callable[[int], None]) -> None:
        self._moved = moved
        self._lock = threading.Lock()
        self._stopped = False
        self.reason: BaseException | None = None

    def passed(self, count: int) -> None:
        """Tell that a piece of so many bytes was sent."""
        with self._lock:
            if self._stopped:
                raise Stopped
            try:
                self._moved(count)
            except BaseException as error:
                self._stopped = True
                self.reason = error
                raise

    def stop(self) -> None:
        """Let every thread end at its next piece."""
        with self._lock:
            self._stopped = True
