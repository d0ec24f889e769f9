"""The event loop of a supervisor: files, timers, signals and children, in one thread.

asyncio would do, but importing it costs more than a whole step.
"""

from __future__ import annotations

import heapq
import os
import selectors
import signal
import time
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable


class Loop:
    """Runs callbacks until :meth:`stop`. Signals arrive as callbacks, never in the middle of other work."""

    def __init__(self) -> None:
        self._selector = selectors.DefaultSelector()
        self._timers: list[tuple[float, int, Callable[[], None]]] = []
        self._cancelled: set[int] = set()
        self._count = 0
        self._stopped = False
        self._signals: dict[int, Callable[[], None]] = {}
        self._wake_r, self._wake_w = os.pipe2(os.O_CLOEXEC | os.O_NONBLOCK) if hasattr(os, "pipe2") else os.pipe()
        os.set_blocking(self._wake_r, False)
        os.set_blocking(self._wake_w, False)
        signal.set_wakeup_fd(self._wake_w, warn_on_full_buffer=False)
        self.add_reader(self._wake_r, self._on_wake)

    def add_reader(self, fd: int, callback: Callable[[], None]) -> None:
        """Call ``callback`` whenever ``fd`` can be read."""
        self._selector.register(fd, selectors.EVENT_READ, callback)

    def remove_reader(self, fd: int) -> None:
        """Forget ``fd``."""
        self._selector.unregister(fd)

    def on_signal(self, signum: int, callback: Callable[[], None]) -> None:
        """Call ``callback`` in the loop after a signal."""
        self._signals[signum] = callback
        signal.signal(signum, _ignore)

    def call_later(self, delay: float, callback: Callable[[], None]) -> int:
        """Call ``callback`` once after ``delay`` seconds; returns what :meth:`cancel_call` takes."""
        self._count += 1
        heapq.heappush(self._timers, (time.monotonic() + delay, self._count, callback))
        return self._count

    def cancel_call(self, handle: int) -> None:
        """Do not make that call."""
        self._cancelled.add(handle)

    def stop(self) -> None:
        """Return from :meth:`run` after the current callback."""
        self._stopped = True

    def run(self) -> None:
        """Serve until :meth:`stop`."""
        while not self._stopped:
            timeout = max(0.0, self._timers[0][0] - time.monotonic()) if self._timers else None
            for key, _ in self._selector.select(timeout):
                if not self._stopped and key.fd in self._selector.get_map():
                    key.data()
            while self._timers and not self._stopped and self._timers[0][0] <= time.monotonic():
                _, handle, callback = heapq.heappop(self._timers)
                if handle in self._cancelled:
                    self._cancelled.discard(handle)
                else:
                    callback()

    def close(self) -> None:
        """Give signals and descriptors back."""
        signal.set_wakeup_fd(-1)
        for signum in self._signals:
            signal.signal(signum, signal.SIG_DFL)
        self._selector.close()
        os.close(self._wake_r)
        os.close(self._wake_w)

    def _on_wake(self) -> None:
        try:
            numbers = os.read(self._wake_r, 4096)
        except BlockingIOError:
            return
        for signum in dict.fromkeys(numbers):
            callback = self._signals.get(signum)
            if callback is not None:
                callback()


def _ignore(signum: int, frame: Any) -> None:
    """The wake-up descriptor tells the loop; nothing is done in the handler itself."""
