"""Whether the bytes that came are those of the object: by a checksum that its store vouches for, or by its etag.

Most servers' etags are MD5 sums, of the content or of its parts, and none says so. Where that is not sure, what has
another sum is read once more: the same bytes again mean that this server's etags are no sums.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

from cellift.storage.api import ObjectInfo
from cellift.storage.digest import Digest, PartsDigest, choose
from cellift.storage.errors import ChecksumError
from cellift.storage.place import Place


class Check:
    """Takes the pieces of an object, in order, and says at the end whether they are right."""

    def __init__(
        self, source: Place, digest: Digest | None, wanted: str, name: str, again: Callable[[], str] | None = None
    ) -> None:
        """*name* is that of the checksum; *again* sums once more what may be no sum. No digest: no check."""
        self._source = source
        self._digest = digest
        self._wanted = wanted
        self._name = name
        self._again = again

    def update(self, piece: bytes) -> None:
        """Add a piece."""
        if self._digest is not None:
            self._digest.update(piece)

    def verify(self, found: ObjectInfo) -> None:
        """Raise ChecksumError when what was added is not *found*."""
        if self._digest is None:
            return
        came = self._digest.hexdigest()
        is_right = came == self._wanted
        if not is_right and (self._again is None or self._again() != came):
            raise mismatch(self._name, str(self._source))
        if self._again is not None:
            self._source.store.learn_etag(found, is_right)


@contextmanager
def checking(source: Place, found: ObjectInfo, read: Callable[[], Iterable[bytes]]) -> Iterator[Check]:
    """Give a check for an object that is about to be read; *read* reads it once more."""
    name = choose(found.checksums)
    if name is not None:
        with Digest(name) as digest:
            yield Check(source, digest, found.checksums[name], name)
        return
    etag = source.store.etag_sum(source.bucket, source.key, found)
    if etag is None:
        yield Check(source, None, "", "")
        return

    def again() -> str:
        with PartsDigest(etag.part) as second:
            for piece in read():
                second.update(piece)
            return second.hexdigest()

    with PartsDigest(etag.part) as digest:
        yield Check(source, digest, found.etag, "md5", None if etag.sure else again)


def mismatch(name: str, place: str) -> ChecksumError:
    """The error for bytes of which a checksum is another one."""
    return ChecksumError(
        f"{place}: the {name} checksum of what arrived is not that of the object. Try again; if it stays so, a disk or "
        "the network damages data."
    )
