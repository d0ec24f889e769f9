"""A source's bytes, in pieces and parts."""

from __future__ import annotations

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

    def _read(self, most: int) -> bytes:
        if self._over:
            return b""
        wanted = most if self._size is None else min(most, self._size - self._taken)
        piece = bytes(self._source.read(wanted) or b"")
        if not piece and self._size is not None:
            raise TruncatedError(
                f"The source for {quoted(self._name)} ended at byte {self._taken} of {self._size}. Nothing was written."
            )
        self._taken += len(piece)
        self._over = not piece or self._taken == self._size
        return piece
