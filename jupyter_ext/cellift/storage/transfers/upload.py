"""An upload whose bytes somebody brings piece by piece, and may bring again from where a connection broke."""

from __future__ import annotations

import io
import threading
import time
from collections.abc import Callable

from cellift.storage.api import Condition
from cellift.storage.content_types import content_type_of
from cellift.storage.errors import CancelledError, StorageError
from cellift.storage.place import Place
from cellift.storage.transfers.transfer import Transfer

IDLE_SECONDS = 600.0
"""After so long without a piece an upload is cancelled: its browser is gone."""
MOST_PIECE = 8 << 20
"""Bytes of a piece at most."""


class OffsetError(StorageError):
    """A piece that does not begin where the last one ended; ``wanted`` is the offset that does."""

    code = "InvalidPart"

    def __init__(self, wanted: int) -> None:
        super().__init__(f"The next piece begins at byte {wanted}: go on from there.")
        self.wanted = wanted


class Feed(io.RawIOBase):
    """Bytes that one thread brings and another reads; one piece is held at a time."""

    def __init__(self, transfer: Transfer, size: int) -> None:
        self.size = size
        self.taken = 0
        """Bytes that were brought so far."""
        self._transfer = transfer
        self._piece = memoryview(b"")
        self._state = threading.Condition()
        self._waiting: list[Callable[[], object]] = []

    def offer(self, offset: int, data: bytes) -> bool:
        """Take a piece; False when there is no room yet (`when_room`). OffsetError when it is not the next one."""
        with self._state:
            if offset != self.taken:
                raise OffsetError(self.taken)
            if offset + len(data) > self.size:
                raise StorageError(
                    f"The upload has {self.size} bytes, and this piece goes on after them.", "InvalidPart"
                )
            if self._piece:
                return False
            self._piece = memoryview(data)
            self.taken += len(data)
            self._state.notify_all()
            return True

    def when_room(self, callback: Callable[[], object]) -> None:
        """Call *callback* once, from any thread, when a piece can be brought or the transfer is over."""
        with self._state:
            if self._piece and not self._transfer.ended.is_set():
                self._waiting.append(callback)
                return
        callback()

    def wake(self) -> None:
        """Let everybody who waits look again."""
        with self._state:
            waiting, self._waiting = self._waiting, []
            self._state.notify_all()
        for callback in waiting:
            callback()

    def readable(self) -> bool:
        """It is."""
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        """Wait for bytes. Raises CancelledError when the transfer was cancelled, or nobody brings any."""
        with self._state:
            deadline = time.monotonic() + IDLE_SECONDS
            while not self._piece and self.taken < self.size:
                self._transfer.check()
                if time.monotonic() > deadline:
                    raise CancelledError("Nobody brought the rest of the upload: it was cancelled.")
                self._state.wait(0.1)
            count = min(len(buffer), len(self._piece))
            buffer[:count] = self._piece[:count]
            self._piece = self._piece[count:]
            empty = not self._piece
        if empty:
            self.wake()
        return count


def upload(to: Place, feed: Feed, *, existing: str) -> Callable[[Transfer], None]:
    """Write what is fed as one object, all or nothing, verified."""

    def work(transfer: Transfer) -> None:
        condition = None if existing == "replace" else Condition(absent=True)
        try:
            to.store.write(
                to.bucket,
                to.key,
                io.BufferedReader(feed, 1 << 20),
                size=feed.size,
                content_type=content_type_of(to.key),
                condition=condition,
                moved=transfer.moved,
            )
            if transfer.cancelled and condition is not None:
                # The server answered after the cancel: what it kept is ours, as nothing was there before.
                to.store.remove(to.bucket, to.key)
                transfer.check()
            transfer.done()
        finally:
            feed.wake()

    return work
