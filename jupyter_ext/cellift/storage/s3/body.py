"""What a request sends: pieces in memory, with their sums, sent as often as need be and counted once."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Iterator, Sequence

_AT_ONCE = 128 << 10
"""Bytes between two calls of ``sent``, by which a write is cancelled: within half a second at 256 KiB/s."""


class Body:
    """Pieces of bytes as the body of a request. ``sent`` is called with the length of each piece that went out."""

    def __init__(
        self,
        pieces: Sequence[bytes | memoryview] = (),
        sent: Callable[[int], None] = lambda _: None,
        *,
        needs_md5: bool = True,
        is_looked_at: bool = False,
    ) -> None:
        """*needs_md5*: whether ``Content-MD5`` is sent beside a signature that holds a sum of the content already.

        *is_looked_at*: the sum that the server answers is compared; one in the request is needed against others alone.
        """
        self.needs_md5 = needs_md5
        self.is_looked_at = is_looked_at
        self._pieces = pieces
        self._sent = sent
        self._counted = 0
        self.is_given = False
        """Whether the connection has all of it: the server may do what is asked, although it did not answer."""
        self._md5 = hashlib.md5(usedforsecurity=False)
        self._sha256 = ""
        self.length = 0
        for piece in pieces:
            self._md5.update(piece)
            self.length += len(piece)

    def __iter__(self) -> Iterator[memoryview]:
        done = 0
        for piece in self._pieces:
            whole = memoryview(piece)
            for start in range(0, len(piece), _AT_ONCE):
                slice_ = whole[start : start + _AT_ONCE]
                done += len(slice_)
                self.is_given = self.is_given or done == self.length
                yield slice_
                # Here the connection has taken it: it asks for the next one. A second try does not count again; and
                # the last slice counts when the server has answered: who cancels before that must get no object.
                if self._counted < done < self.length:
                    self._counted = done
                    self._sent(len(slice_))

    def answered(self) -> None:
        """The server has all of it: count the last slice."""
        rest, self._counted = self.length - self._counted, self.length
        if rest:
            self._sent(rest)

    @property
    def md5(self) -> str:
        """In hexadecimal digits, as etags have it."""
        return self._md5.hexdigest()

    @property
    def content_md5(self) -> str:
        """In base 64, as the header ``Content-MD5`` has it."""
        return base64.b64encode(self._md5.digest()).decode("ascii")

    @property
    def sha256(self) -> str:
        """In hexadecimal digits, as signatures have it; computed when it is first asked for."""
        if not self._sha256:
            sum_ = hashlib.sha256()
            for piece in self._pieces:
                sum_.update(piece)
            self._sha256 = sum_.hexdigest()
        return self._sha256


NOTHING = Body()
