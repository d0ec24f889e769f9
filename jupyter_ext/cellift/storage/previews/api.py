"""A preview and what makes one; packages add some by the entry point ``cellift.previews``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from cellift.storage.api import ObjectInfo
from cellift.storage.errors import StorageError
from cellift.storage.place import Place
from cellift.storage.transfer import steady

HEAD = 64 << 10
"""Bytes of a preview of text."""
MOST = 5 << 20
"""Bytes that a preview may read in all: the largest picture that is shown."""
ROWS = 200
COLUMNS = 200


@dataclass
class Preview:
    """``kind``: text, table, image, svg, html, notebook, facts, or none. All of it is text for people.

    The text of html and svg is the source of a page and a picture, which are shown only where nothing can act.
    ``note`` says what it is, ``cut`` that only a part was read; ``read``: so many bytes from the beginning on.
    """

    kind: str
    note: str
    cut: bool = False
    read: int | None = None
    text: str | None = None
    mime: str | None = None
    columns: Sequence[tuple[str, str]] | None = None
    rows: Sequence[Sequence[str | None]] | None = None
    facts: Sequence[tuple[str, str]] | None = None
    cells: Sequence[tuple[str, str]] | None = None


class TooMuchError(StorageError):
    """A preview wanted more bytes than it may read."""


@dataclass
class Sample:
    """One object for a preview: its name, size and type, and ranges of its bytes. ``taken`` counts them."""

    place: Place
    size: int
    content_type: str
    etag: str
    version: str | None = None
    taken: int = field(default=0, init=False)

    @property
    def name(self) -> str:
        """The last part of the key, in lower case."""
        return self.place.key.rpartition("/")[2].lower()

    def head(self, count: int = HEAD) -> bytes:
        """The first bytes."""
        return self.range(0, count)

    def range(self, start: int, count: int) -> bytes:
        """So many bytes from *start* on, fewer at the end. TooMuchError beyond what a preview may read."""
        count = max(min(count, self.size - start), 0)
        self.taken += count
        if self.taken > MOST:
            raise TooMuchError("It would take more bytes than a preview may read.")
        if not count:
            return b""
        if self.version is not None:
            store, bucket, key = self.place.store, self.place.bucket, self.place.key
            return b"".join(store.read(bucket, key, start=start, length=count, version=self.version))
        found = ObjectInfo(self.place.key, self.size, etag=self.etag)
        return b"".join(steady(self.place, found, start=start, length=count))


class Previewer(Protocol):
    """One kind of preview."""

    def fits(self, sample: Sample, head: bytes) -> bool:
        """Whether the object is of this kind, by its name, its type or its first bytes (up to `HEAD`)."""

    def preview(self, sample: Sample, head: bytes) -> Preview:
        """Show it. Whatever the bytes are, it ends soon; ValueError says that they are not what they seemed."""
