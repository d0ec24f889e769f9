"""Progress of transfers: a line that is written over on a terminal, and the names of what is done."""

from __future__ import annotations

import threading
import time
from types import TracebackType
from typing import TextIO

from cellift.api.words import size

_EVERY_SECONDS = 0.2


class Progress:
    """A context; its methods are called in several threads. Without a terminal, only what is said is printed."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._live = stream.isatty()
        self._lock = threading.Lock()
        self._bytes = 0
        self._started = self._shown = time.monotonic()
        self._on_screen = False

    def moved(self, count: int) -> None:
        """Add bytes that have arrived."""
        with self._lock:
            self._bytes += count
            now = time.monotonic()
            if self._live and now - self._shown >= _EVERY_SECONDS:
                self._shown = now
                speed = self._bytes / max(now - self._started, 0.001)
                self._stream.write(f"\r\x1b[K{size(self._bytes)}  {size(int(speed))}/s")
                self._stream.flush()
                self._on_screen = True

    def say(self, text: str) -> None:
        """Print a line."""
        with self._lock:
            self._clear()
            self._stream.write(text + "\n")
            self._stream.flush()

    def __enter__(self) -> Progress:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._lock:
            self._clear()

    def _clear(self) -> None:
        if self._on_screen:
            self._stream.write("\r\x1b[K")
            self._on_screen = False
