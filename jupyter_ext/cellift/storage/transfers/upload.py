"""An upload whose bytes somebody brings piece by piece, and may bring again from where a connection broke."""

from __future__ import annotations

import io
import threading
import time
from collections import deque
from collections.abc import Callable

from cellift.storage.api import Condition
from cellift.storage.cancelling import cancellable
from cellift.storage.content_types import content_type_of
from cellift.storage.errors import CancelledError, StorageError
from cellift.storage.place import Place
from cellift.storage.transfers.transfer import Transfer

IDLE_SECONDS = 600.0
"""After so long without a piece an upload is cancelled: its browser is gone."""
MOST_PIECE = 8 << 20
"""Bytes of a piece at most."""
_MOST_HELD = 2 << 20
"""Bytes that wait to be read; more is taken when half of it has been."""
_WORTH_WAKING = 256 << 10
"""Bytes for which the reader is woken at once; for fewer, it looks by itself."""


class OffsetError(StorageError):
    """A piece that does not begin where the last one ended; ``wanted`` is the offset that does."""

    code = "InvalidPart"

    def __init__(self, wanted: int) -> None:
        super().__init__(f"The next piece begins at byte {wanted}: go on from there.")
        self.wanted = wanted


class Feed(io.RawIOBase):
    """Bytes that one thread brings and another reads; a few MiB of them are held."""

    def __init__(self, transfer: Transfer, size: int) -> None:
        self.size = size
        self.taken = 0
        """Bytes that were brought so far."""
        self.is_over = False
        """Whether nobody reads any more: what is still brought is of no use."""
        self._transfer = transfer
        self._held: deque[memoryview] = deque()
        self._held_bytes = 0
        self._state = threading.Condition()
        self._waiting: list[Callable[[], object]] = []

    def expect(self, offset: int, length: int) -> None:
        """Raise OffsetError or StorageError when a piece of so many bytes cannot begin here."""
        with self._state:
            self._check(offset, length)

    def offer(self, offset: int, data: bytes) -> bool:
        """Take (a part of) a piece; False when there is no room yet (`when_room`). OffsetError as `expect`.

        The bytes are kept, not copied. When nobody reads any more they are dropped, and do not count as taken.
        """
        with self._state:
            if self.is_over:
                return True
            self._check(offset, len(data))
            if self._held_bytes >= _MOST_HELD:
                return False
            if data:
                self._held.append(memoryview(data))
            self._held_bytes += len(data)
            self.taken += len(data)
            if self._held_bytes >= _WORTH_WAKING or self.taken == self.size:
                self._state.notify_all()
            return True

    def when_room(self, callback: Callable[[], object]) -> None:
        """Call *callback* once, from any thread, when more can be brought or nobody reads any more."""
        with self._state:
            if self._held_bytes >= _MOST_HELD and not self.is_over:
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

    def end(self) -> None:
        """Nobody reads any more."""
        with self._state:
            self.is_over = True
            self._held.clear()
            self._held_bytes = 0
        self.wake()

    def readable(self) -> bool:
        """It is."""
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        """Wait for bytes. Raises CancelledError when the transfer was cancelled, or nobody brings any."""
        taken: list[memoryview] = []
        room = len(buffer)
        self._transfer.check()
        with self._state:
            deadline = time.monotonic() + IDLE_SECONDS
            while not self._held and self.taken < self.size:
                self._transfer.check()
                if time.monotonic() > deadline:
                    raise CancelledError("Nobody brought the rest of the upload: it was cancelled.")
                self._state.wait(0.1)
            while self._held and room:
                piece = self._held.popleft()
                if len(piece) > room:
                    self._held.appendleft(piece[room:])
                    piece = piece[:room]
                taken.append(piece)
                room -= len(piece)
            count = len(buffer) - room
            self._held_bytes -= count
            has_room = self._held_bytes <= _MOST_HELD // 2
        # Without the lock, on which the thread of the server's event loop would wait.
        place = 0
        for piece in taken:
            buffer[place : place + len(piece)] = piece
            place += len(piece)
        if has_room and self._waiting:
            self.wake()
        return count

    def _check(self, offset: int, length: int) -> None:
        if offset != self.taken:
            raise OffsetError(self.taken)
        if offset + length > self.size:
            raise StorageError(f"The upload has {self.size} bytes, and this piece goes on after them.", "InvalidPart")


def upload(to: Place, feed: Feed, *, existing: str) -> Callable[[Transfer], None]:
    """Write what is fed as one object, all or nothing, verified."""

    def work(transfer: Transfer) -> None:
        condition = None if existing == "replace" else Condition(absent=True)
        try:
            with transfer.cancelling.telling(feed.end):
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
                # A store that was cancelled too late: what it has is ours, as nothing was there before.
                with cancellable(None):
                    to.store.remove(to.bucket, to.key)
                transfer.check()
            transfer.done()
        finally:
            feed.end()

    return work
