"""One transfer: what it is about, how far it is, and how it ended. Told in one thread, read in others."""

from __future__ import annotations

import threading
import time
import uuid
from collections import deque
from collections.abc import Callable
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any

from cellift.storage.cancelling import Cancelling
from cellift.storage.errors import CancelledError

if TYPE_CHECKING:
    from cellift.storage.transfers.upload import Feed

MOST_TOLD = 100
"""Failures and warnings that are kept; of the others only the number."""
_WINDOW = 5.0
"""Seconds over which the speed is measured."""


class Transfer:
    """A transfer. ``state`` is running, then done, failed or cancelled, and stays so."""

    def __init__(self, kind: str, title: str, *, clock: Callable[[], float] = time.monotonic) -> None:
        self.id = uuid.uuid4().hex
        self.kind = kind
        self.title = title
        self.state = "running"
        self.bytes = 0
        self.total_bytes: int | None = None
        self.objects = 0
        self.total_objects: int | None = None
        self.error: str | None = None
        self.failures: list[tuple[str, str]] = []
        self.failed = 0
        self.warnings: list[str] = []
        self.started = datetime.now(timezone.utc)
        self.finished: datetime | None = None
        self.removed: list[tuple[str, str, str]] = []
        """Connection, bucket and key of what was removed and can be brought back."""
        self.feed: Feed | None = None
        """Where the bytes of an upload are brought."""
        self.ended = threading.Event()
        self.cancelling = Cancelling()
        self._lock = threading.Lock()
        self._clock = clock
        self._seen: deque[tuple[float, int]] = deque([(clock(), 0)])

    # --- told by the work
    def moved(self, count: int) -> None:
        """So many bytes more. Raises CancelledError once the transfer was cancelled."""
        self.check()
        with self._lock:
            self.bytes += count
            now = self._clock()
            self._seen.append((now, self.bytes))
            while len(self._seen) > 2 and self._seen[0][0] < now - _WINDOW:
                self._seen.popleft()

    def done(self, objects: int = 1) -> None:
        """So many objects more are done."""
        with self._lock:
            self.objects += objects

    def check(self) -> None:
        """Raise CancelledError once the transfer was cancelled."""
        if self.cancelling.cancelled:
            raise CancelledError(f"{self.title}: cancelled.")

    def warn(self, text: str) -> None:
        """Keep a remark that is no failure."""
        with self._lock:
            if len(self.warnings) < MOST_TOLD:
                self.warnings.append(text)

    def fail(self, what: str, reason: str) -> None:
        """Keep what could not be done; the rest goes on."""
        with self._lock:
            self.failed += 1
            if len(self.failures) < MOST_TOLD:
                self.failures.append((what, reason))

    def end(self, state: str, error: str | None = None) -> bool:
        """It is over; False when it was over before, which stays as it was."""
        with self._lock:
            if self.state != "running":
                return False
            self.state, self.error, self.finished = state, error, datetime.now(timezone.utc)
        self.ended.set()
        return True

    # --- asked by others
    @property
    def cancelled(self) -> bool:
        """Whether it was asked to end early."""
        return self.cancelling.cancelled

    def cancel(self) -> None:
        """Ask it to end early; it does at its next piece, and waits for no server any more."""
        self.cancelling.cancel()

    def to_dict(self) -> dict[str, Any]:
        """As REST gives it."""
        with self._lock:
            return {
                "id": self.id,
                "kind": self.kind,
                "state": self.state,
                "title": self.title,
                # Of an upload: where its next piece begins.
                "bytes": self.feed.taken if self.feed is not None else self.bytes,
                "total_bytes": self.total_bytes,
                "objects": self.objects,
                "total_objects": self.total_objects,
                "speed": self._speed(),
                "started": _moment(self.started),
                "finished": _moment(self.finished) if self.finished else None,
                "error": self.error,
                "failures": [{"what": what, "reason": reason} for what, reason in self.failures],
                "warnings": list(self.warnings),
                "can_undo": self.state != "running" and bool(self.removed),
            }

    def _speed(self) -> float:
        if self.state != "running":
            assert self.finished is not None
            seconds = (self.finished - self.started).total_seconds()
            return self.bytes / seconds if seconds > 0 else 0.0
        (first, before), now = self._seen[0], self._clock()
        return (self.bytes - before) / (now - first) if now > first else 0.0


def _moment(time: datetime) -> str:
    return time.isoformat(timespec="milliseconds").replace("+00:00", "Z")
