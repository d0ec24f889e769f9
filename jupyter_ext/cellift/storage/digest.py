"""Checksums beside a transfer: a thread computes them while the next piece is on its way."""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from types import TracebackType

# In the order of choice: what takes least time for what it tells.
KNOWN = ("crc32", "md5", "sha1", "sha256")


def choose(checksums: Mapping[str, str]) -> str | None:
    """Return the checksum among those of an object that can be computed here with the least work; None without one."""
    return next((name for name in KNOWN if checksums.get(name)), None)


class Digest:
    """A checksum of pieces that come one after the other. A context: at its end the thread is gone."""

    def __init__(self, name: str) -> None:
        self._crc = 0
        self._hash = None if name == "crc32" else hashlib.new(name, usedforsecurity=False)
        self._thread = ThreadPoolExecutor(1, "cellift-digest")
        self._last: Future[None] | None = None

    def update(self, piece: bytes) -> None:
        """Add a piece. Returns before it is computed, but not before the last one is: one piece is held at a time."""
        self._wait()
        self._last = self._thread.submit(self._add, piece)

    def hexdigest(self) -> str:
        """Return the checksum of all pieces, in lower-case hexadecimal digits."""
        self._wait()
        return f"{self._crc:08x}" if self._hash is None else self._hash.hexdigest()

    def __enter__(self) -> Digest:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._thread.shutdown()

    def _wait(self) -> None:
        if self._last is not None:
            self._last.result()

    def _add(self, piece: bytes) -> None:
        if self._hash is None:
            self._crc = zlib.crc32(piece, self._crc)
        else:
            self._hash.update(piece)
