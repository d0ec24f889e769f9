"""An object as a file that is written: it goes to the store while it is written, and is there once it is closed."""

from __future__ import annotations

import io
import queue
import threading
from types import TracebackType
from typing import Any

from cellift.storage.api import PIECE, Condition, ObjectInfo
from cellift.storage.content_types import content_type_of
from cellift.storage.errors import CancelledError
from cellift.storage.place import Place

_HELD = 2
"""Pieces between who writes and the store."""


class ObjectWriter(io.BufferedIOBase):
    """Bytes that become one object, all or nothing: when the block ends with an error, there is none.

    One that is never closed is given up, not published: a notebook's cell that failed leaves such files.
    """

    def __init__(self, place: Place, condition: Condition | None = None) -> None:
        self._place = place
        self._pieces: queue.Queue[bytes | None] = queue.Queue(_HELD)
        self._buffer = bytearray()
        self._given_up = threading.Event()
        self._error: BaseException | None = None
        self.written: ObjectInfo | None = None
        """The object, once the file is closed."""
        self._at = 0
        self._thread = threading.Thread(target=self._send, args=(condition,), name="cellift-write", daemon=True)
        self._thread.start()

    @property
    def name(self) -> str:
        """What is written, for messages."""
        return str(self._place)

    def writable(self) -> bool:
        """It is."""
        return True

    def tell(self) -> int:
        """Bytes that were written."""
        return self._at

    def write(self, data: Any) -> int:
        """Take bytes; what the store refuses is raised at the next one, or when the file is closed."""
        if self.closed:
            raise ValueError("the file is closed")
        view = memoryview(data).cast("B")
        self._buffer += view
        self._at += len(view)
        while len(self._buffer) >= PIECE:
            self._put(bytes(self._buffer[:PIECE]))
            del self._buffer[:PIECE]
        return len(view)

    def close(self) -> None:
        """Send the rest, and wait until the object is written and verified. Raises what went wrong."""
        if self.closed:
            return
        try:
            if not self._given_up.is_set():
                if self._buffer:
                    self._put(bytes(self._buffer))
                self._put(None)
            self._thread.join()
        except BaseException:
            self._given_up.set()
            raise
        finally:
            super().close()
        if self._error is not None and not self._given_up.is_set():
            raise self._error

    def abort(self) -> None:
        """Give it up: there will be no object, and nothing is left in the store."""
        self._given_up.set()
        self._thread.join()
        super().close()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self.close()
        else:
            self.abort()

    def __del__(self) -> None:
        self._given_up.set()

    def _put(self, piece: bytes | None) -> None:
        while self._thread.is_alive():
            try:
                self._pieces.put(piece, timeout=0.1)
                return
            except queue.Full:
                continue
        if self._error is not None:
            error, self._error = self._error, None
            self._given_up.set()
            raise error

    def _send(self, condition: Condition | None) -> None:
        source = io.BufferedReader(_Pieces(self._pieces, self._given_up), PIECE)
        place = self._place
        try:
            self.written = place.store.write(
                place.bucket, place.key, source, content_type=content_type_of(place.key), condition=condition
            )
        except CancelledError:
            pass
        except BaseException as error:  # noqa: BLE001 - raised where the file is written or closed
            self._error = error


class _Pieces(io.RawIOBase):
    """What was put into the queue, as the store reads it."""

    def __init__(self, pieces: queue.Queue[bytes | None], given_up: threading.Event) -> None:
        self._pieces = pieces
        self._given_up = given_up
        self._rest = memoryview(b"")
        self._over = False

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        while not self._rest and not self._over:
            if self._given_up.is_set():
                raise CancelledError("The file was given up.")
            try:
                piece = self._pieces.get(timeout=0.1)
            except queue.Empty:
                continue
            if piece is None:
                self._over = True
            else:
                self._rest = memoryview(piece)
        count = min(len(buffer), len(self._rest))
        buffer[:count] = self._rest[:count]
        self._rest = self._rest[count:]
        return count


class TextWriter(io.TextIOWrapper):
    """Text into an `ObjectWriter`; it is given up, too, when the block ends with an error."""

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self.close()
            return
        writer = self.buffer
        assert isinstance(writer, ObjectWriter)
        writer.abort()
