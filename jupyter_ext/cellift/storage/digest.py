"""Checksums beside a transfer: a thread computes them while the next pieces are on their way."""

from __future__ import annotations

import hashlib
import zlib
from collections import deque
from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from types import TracebackType

# In the order of choice: what takes least time for what it tells.
KNOWN = ("crc32", "md5", "sha1", "sha256")

MOST_HELD = 4
"""Pieces that wait to be summed."""
_MOST_HELD_OF_PARTS = 12


def choose(checksums: Mapping[str, str]) -> str | None:
    """Return the checksum among those of an object that can be computed here with the least work; None without one."""
    return next((name for name in KNOWN if checksums.get(name)), None)


class Digest:
    """A checksum of pieces that come one after the other. A context: at its end the thread is gone."""

    def __init__(self, name: str) -> None:
        self._crc = 0
        self._hash = None if name == "crc32" else hashlib.new(name, usedforsecurity=False)
        self._thread = ThreadPoolExecutor(1, "cellift-digest")
        self._pending: deque[Future[None]] = deque()

    def update(self, piece: bytes) -> None:
        """Add a piece. Returns before it is computed: a few are held, so that neither side waits at each piece."""
        if len(self._pending) == MOST_HELD:
            self._pending.popleft().result()
        self._pending.append(self._thread.submit(self._add, piece))

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
        while self._pending:
            self._pending.popleft().result()

    def _add(self, piece: bytes) -> None:
        if self._hash is None:
            self._crc = zlib.crc32(piece, self._crc)
        else:
            self._hash.update(piece)


class PartsDigest(Digest):
    """An etag as S3 makes it: the MD5 sum of the whole (*part* is 0), or that of its parts' sums and their number.

    Parts are summed by two threads in turns: one sums 500 MiB in a second, and servers near by send more.
    """

    def __init__(self, part: int) -> None:
        super().__init__("md5")
        self._threads = (self._thread, ThreadPoolExecutor(1, "cellift-digest"))
        self._part = part
        self._left = part
        self._sums = [hashlib.md5(usedforsecurity=False)]

    def update(self, piece: bytes) -> None:
        """Add a piece, as in the class above; as many are held as let the threads work beside each other."""
        rest = memoryview(piece)
        while self._part and len(rest) >= self._left:
            self._give(rest[: self._left])
            self._sums.append(hashlib.md5(usedforsecurity=False))
            rest, self._left = rest[self._left :], self._part
        if rest:
            self._give(rest)
            self._left -= len(rest)

    def hexdigest(self) -> str:
        """Return the etag of all pieces."""
        self._wait()
        if not self._part:
            return self._sums[-1].hexdigest()
        sums = [one.digest() for one in self._sums]
        if self._left == self._part and len(sums) > 1:
            sums.pop()  # nothing came after the last whole part
        return f"{hashlib.md5(b''.join(sums), usedforsecurity=False).hexdigest()}-{len(sums)}"

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for thread in self._threads:
            thread.shutdown()

    def _give(self, piece: memoryview) -> None:
        if len(self._pending) == (_MOST_HELD_OF_PARTS if self._part else MOST_HELD):
            self._pending.popleft().result()
        # One part is one thread's: its pieces stay in order.
        thread = self._threads[len(self._sums) % len(self._threads)]
        self._pending.append(thread.submit(self._sums[-1].update, piece))
