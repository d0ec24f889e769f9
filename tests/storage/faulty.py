"""A store whose readings break or lie at a chosen byte; everything else is the real store's."""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import replace
from typing import Any

from cellift.storage.api import ObjectInfo, Store
from cellift.storage.errors import UnreachableError


class Faulty:
    """``breaks`` are the bytes at which a reading breaks, once each; ``reads`` the starts that were asked for.

    ``checksums`` and ``metadata`` are what `stat` says of every object; ``damage`` changes each piece; ``ends`` is the
    byte at which readings end as if that were all; ``wrote`` changes what `write` says it has written, and
    ``given`` is told of the content type that it was to write.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self.breaks: list[int] = []
        self.reads: list[int] = []
        self.checksums: dict[str, str] = {}
        self.metadata: dict[str, str] = {}
        self.ends: int | None = None
        self.wrote: Callable[[ObjectInfo], ObjectInfo] = lambda info: info
        self.given: Callable[[str], None] = lambda _: None
        self.damage: Callable[[bytes], bytes] = lambda piece: piece

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    def stat(self, bucket: str, key: str, **options: Any) -> ObjectInfo:
        return replace(self._store.stat(bucket, key, **options), checksums=self.checksums, metadata=self.metadata)

    def write(self, *place: Any, **options: Any) -> ObjectInfo:
        self.given(options.get("content_type", ""))
        return self.wrote(self._store.write(*place, **options))

    def read(self, bucket: str, key: str, *, start: int = 0, **options: Any) -> Generator[bytes, None, None]:
        self.reads.append(start)
        place = start
        if self.ends is not None:
            yield from self._store.read(bucket, key, start=start, length=self.ends - start)
            return
        for piece in self._store.read(bucket, key, start=start, **options):
            if self.breaks and place <= self.breaks[0] <= place + len(piece):
                kept = piece[: self.breaks.pop(0) - place]
                if kept:
                    yield self.damage(kept)
                raise UnreachableError("the server is gone")
            place += len(piece)
            yield self.damage(piece)
