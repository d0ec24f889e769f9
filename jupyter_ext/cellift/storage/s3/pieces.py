"""A source's bytes, in pieces and parts."""

from __future__ import annotations

import io
from collections import deque
from typing import BinaryIO

from cellift.storage.api import PIECE
from cellift.storage.errors import TruncatedError
from cellift.storage.shown import quoted


class Source:
    """Gives *size* bytes of a file-like object (None: all) in parts, each a list of pieces of at most `PIECE`."""

    def __init__(self, source: BinaryIO, size: int | None, name: str) -> None:
        self._source = source
        self._size = size
        self._name = name
        self._taken = 0
        self._ahead: deque[bytes] = deque()
        self._over = size == 0

    def is_within(self, most: int) -> bool:
        """Whether there are at most so many bytes; where that is not known, so many are read ahead."""
        if self._size is not None:
            return self._size <= most
        count = 0
        while count <= most:
            piece = self._read(PIECE)
            if not piece:
                return True
            self._ahead.append(piece)
            count += len(piece)
        return False

    def part(self, most: int) -> list[bytes]:
        """Up to *most* bytes; fewer only at the end. TruncatedError when the source has less than *size*."""
        pieces: list[bytes] = []
        room = most
        while room:
            piece = self._ahead.popleft() if self._ahead else self._read(min(PIECE, room))
            if not piece:
                break
            if len(piece) > room:
                self._ahead.appendleft(piece[room:])
                piece = piece[:room]
            pieces.append(piece)
            room -= len(piece)
        return pieces

    def fill(self, buffer: memoryview) -> int:
        """Put the next bytes into *buffer*, and tell how many; fewer than it has room for only at the end."""
        place = 0
        while place < len(buffer):
            rest = buffer[place:]
            if self._ahead:
                piece = self._ahead.popleft()
                if len(piece) > len(rest):
                    self._ahead.appendleft(piece[len(rest) :])
                    piece = piece[: len(rest)]
                rest[: len(piece)] = piece
                count = len(piece)
            else:
                count = self._read_into(rest)
            if not count:
                break
            place += count
        return place

    def _read_into(self, buffer: memoryview) -> int:
        if not isinstance(self._source, (io.BufferedReader, io.RawIOBase)):
            # Whoever overrides `read` alone of some other class means it.
            piece = self._read(min(PIECE, len(buffer)))
            buffer[: len(piece)] = piece
            return len(piece)
        if self._over:
            return 0
        # Some at a time: a large read of a file keeps nobody waiting, one that copies keeps all threads.
        wanted = min(PIECE, len(buffer)) if self._size is None else min(PIECE, len(buffer), self._size - self._taken)
        count = self._source.readinto(buffer[:wanted]) or 0
        self._took(count)
        return count

    def _read(self, most: int) -> bytes:
        if self._over:
            return b""
        wanted = most if self._size is None else min(most, self._size - self._taken)
        piece = bytes(self._source.read(wanted) or b"")
        self._took(len(piece))
        return piece

    def _took(self, count: int) -> None:
        if not count and self._size is not None:
            raise TruncatedError(
                f"The source for {quoted(self._name)} ended at byte {self._taken} of {self._size}. Nothing was written."
            )
        self._taken += count
        self._over = not count or self._taken == self._size
