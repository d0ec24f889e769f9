"""How far a transfer is: bytes, those that are expected, and speed, in words; and as a bar below a notebook's cell."""

from __future__ import annotations

import html
import sys
import threading
import time
from collections.abc import Callable
from typing import Any

from cellift.api.words import duration, size

EVERY_SECONDS = 0.2


class Meter:
    """Counts. Not for several threads at once: whoever uses it locks."""

    def __init__(self) -> None:
        self.bytes = 0
        self.expected = 0
        self.more = True
        """Whether there may be more than is expected: then no share of it can be told."""
        self._started = time.monotonic()

    def expect(self, count: int, more: bool) -> None:
        """There are so many bytes more, and perhaps more still."""
        self.expected += count
        self.more = more

    @property
    def share(self) -> float | None:
        """From 0 to 1; None where it cannot be told. What is sent a second time counts twice, and no further than 1."""
        return None if self.more or not self.expected else min(self.bytes / self.expected, 1.0)

    def __str__(self) -> str:
        """``45 %  12 MiB of 27 MiB  3.1 MiB/s  5 s left``."""
        parts = [size(self.bytes)]
        seconds = max(time.monotonic() - self._started, 0.001)
        speed = self.bytes / seconds
        if self.more:
            parts = [f"{parts[0]} of more than {size(self.expected)}" if self.expected > self.bytes else parts[0]]
        elif self.share is not None:
            parts = [f"{int(100 * self.share):3} %", f"{size(min(self.bytes, self.expected))} of {size(self.expected)}"]
        parts.append(f"{size(int(speed))}/s")
        if self.share is not None and 0 < self.share < 1:
            parts.append(f"{duration(max(round((self.expected - self.bytes) / speed), 1))} left")
        return "  ".join(parts)

    def summary(self) -> str:
        """What came of it."""
        return f"{size(self.bytes)} in {duration(time.monotonic() - self._started)}"


class Shown:
    """A meter for several threads that is shown now and then while bytes arrive."""

    def __init__(self, show: Callable[[Meter], None]) -> None:
        """*show* is called with `lock` held, by which other output can be kept apart from it."""
        self.meter = Meter()
        self.lock = threading.Lock()
        self._show = show
        self._last = time.monotonic()

    def expect(self, count: int, more: bool) -> None:
        """There are so many bytes more to come, and perhaps more still."""
        with self.lock:
            self.meter.expect(count, more)

    def moved(self, count: int) -> None:
        """Add bytes that have arrived."""
        with self.lock:
            self.meter.bytes += count
            now = time.monotonic()
            if now - self._last >= EVERY_SECONDS:
                self._last = now
                self._show(self.meter)


class CellBar:
    """A bar below the cell that runs, in every front end: an output that is replaced, and no widget."""

    def __init__(self, title: str = "") -> None:
        self._title = title
        self._handle: Any = None

    @staticmethod
    def is_possible() -> bool:
        """Whether this is the kernel of a notebook. Loads nothing."""
        ipython = sys.modules.get("IPython")
        shell = ipython.get_ipython() if ipython is not None and hasattr(ipython, "get_ipython") else None
        return getattr(shell, "kernel", None) is not None

    def show(self, meter: Meter) -> None:
        """Show how far it is."""
        share = meter.share
        value = "" if share is None else f' value="{share:.4f}"'
        label = html.escape(self._title or "Transfer", quote=True)
        self._put(str(meter), f'<progress max="1"{value} aria-label="{label}"></progress> ')

    def end(self, meter: Meter, *, whole: bool) -> None:
        """Leave the outcome in the bar's place, if there was one."""
        if self._handle is not None:
            self._put(meter.summary() if whole else f"Stopped: {meter}", "")

    def _put(self, text: str, before: str) -> None:
        from IPython.display import display

        words = f"{self._title}: {text}" if self._title else text
        data = {"text/plain": words, "text/html": before + html.escape(words)}
        if self._handle is None:
            self._handle = display(data, raw=True, display_id=True)  # type: ignore[no-untyped-call]
        else:
            self._handle.update(data, raw=True)
