"""An object as a file that is read: it asks for what is read, not for the whole."""

from __future__ import annotations

import io
import os
from collections.abc import Generator

from cellift.storage.api import ObjectInfo
from cellift.storage.place import Place
from cellift.storage.transfer import steady

BUFFER = 1 << 18
"""Bytes that are read ahead."""


class ObjectReader(io.RawIOBase):
    """The bytes of one object, by position. It is the object that was there at first: ChangedError when replaced."""

    def __init__(self, place: Place, found: ObjectInfo) -> None:
        self._place = place
        self._found = found
        self._at = 0
        self._pieces: Generator[bytes, None, None] | None = None
        self._rest = memoryview(b"")

    @property
    def size(self) -> int:
        """Bytes of the object."""
        return self._found.size

    def readable(self) -> bool:
        """It is."""
        return True

    def seekable(self) -> bool:
        """It is."""
        return True

    def tell(self) -> int:
        """The position."""
        return self._at

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Go to a position; asks nothing of the store."""
        base = {os.SEEK_SET: 0, os.SEEK_CUR: self._at, os.SEEK_END: self._found.size}[whence]
        if base + offset < 0:
            raise ValueError(f"the position {base + offset} is before the beginning of {self._place}")
        if base + offset != self._at:
            self._stop()
            self._at = base + offset
        return self._at

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        """Read what comes next; a request goes on from one call to the next while nobody seeks."""
        while not self._rest:
            if self._at >= self._found.size:
                return 0
            if self._pieces is None:
                self._pieces = steady(self._place, self._found, start=self._at)
            piece = next(self._pieces, b"")
            if not piece:
                return 0
            self._rest = memoryview(piece)
        count = min(len(buffer), len(self._rest))
        buffer[:count] = self._rest[:count]
        self._rest = self._rest[count:]
        self._at += count
        return count

    def close(self) -> None:
        """End the request that is under way."""
        self._stop()
        super().close()

    def _stop(self) -> None:
        self._rest = memoryview(b"")
        if self._pieces is not None:
            self._pieces.close()
            self._pieces = None


def open_reader(place: Place) -> io.BufferedReader:
    """Open an object for reading; NotFoundError when there is none."""
    found = place.store.stat(place.bucket, place.key)
    return io.BufferedReader(ObjectReader(place, found), BUFFER)
