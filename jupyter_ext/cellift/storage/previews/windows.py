"""Jumping through an object: what is passed over is not fetched, and there is an end to fetching."""

from __future__ import annotations

import time

from cellift.storage.previews.api import MOST, Sample

SECONDS = 5.0
"""After this time, no more bytes are asked for: each jump takes a round trip."""
_STEP = 4 << 10
_MOST_AT_ONCE = 64 << 10


class EnoughError(Exception):
    """It would take more bytes, or more time, than a preview may."""


class Window:
    """A part of an object that moves with what is read: small after a jump, larger while reading goes on."""

    def __init__(self, sample: Sample, head: bytes, most: int = MOST // 2) -> None:
        self.size = sample.size
        self._sample = sample
        self._data = head
        self._start = 0
        self._most = sample.taken + most
        self._until = time.monotonic() + SECONDS

    def get(self, start: int, count: int) -> bytes:
        """So many bytes from *start* on, at most 64 KiB; fewer at the end of the object."""
        end = min(start + min(count, _MOST_AT_ONCE), self.size)
        if end <= start:
            return b""
        if start < self._start or end > self._start + len(self._data):
            self._fetch(start, end - start)
        return self._data[start - self._start : end - self._start]

    def _fetch(self, start: int, count: int) -> None:
        goes_on = 0 <= start - self._start <= len(self._data)
        count = max(count, min(2 * len(self._data), _MOST_AT_ONCE) if goes_on else _STEP)
        if self._sample.taken + count > self._most or time.monotonic() > self._until:
            raise EnoughError
        self._data = self._sample.range(start, count)
        self._start = start
