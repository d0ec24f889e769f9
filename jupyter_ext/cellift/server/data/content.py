"""``data/connections/NAME/content``: the bytes of an object, streamed so that they cannot act in the user's name."""

from __future__ import annotations

import asyncio
import io
import re
from collections.abc import Generator
from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import quote

from jupyter_server.auth.decorator import authorized
from tornado import web
from tornado.iostream import StreamClosedError

from cellift.server.base import MAX_BODY
from cellift.server.data.base import DataHandler, details
from cellift.server.errors import ApiError

if TYPE_CHECKING:
    from cellift.storage.api import ObjectInfo, Store
    from cellift.storage.place import Place

# What a browser may show by itself; everything else is only ever a download.
_INLINE = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp", "image/bmp", "text/plain"})


class Range(NamedTuple):
    """Bytes of an object: from the first up to, without, the end."""

    start: int
    end: int


class ContentHandler(DataHandler):
    """The bytes of one object."""

    @property
    def content_security_policy(self) -> str:
        """No scripts, no origin, nothing loaded: the object may hold anything."""
        return "sandbox; default-src 'none'; frame-ancestors 'self'"

    @web.authenticated
    @authorized
    async def head(self, connection: str) -> None:
        """As GET, without the bytes."""
        await self._send(connection, only_head=True)

    @web.authenticated
    @authorized
    async def get(self, connection: str) -> None:
        """Send the bytes, or a range of them; ``inline=1`` lets the browser show pictures and plain text."""
        # As Jupyter does for /files/: another site must not embed what the user's buckets hold.
        self.check_xsrf_cookie()
        await self._send(connection, only_head=False)

    @web.authenticated
    @authorized
    async def put(self, connection: str) -> None:
        """Write the body as one object; ``If-Match: "ETAG"`` and ``If-None-Match: *`` are held."""
        bucket, key = self.place()
        data = self.request.body
        if len(data) > MAX_BODY:
            raise ApiError(413, f"The object is larger than {MAX_BODY >> 20} MiB: upload it as a transfer.")
        condition = self.condition()

        def write(store: Store) -> ObjectInfo:
            from cellift.storage.content_types import content_type_of

            content_type = content_type_of(key)
            store.write(bucket, key, io.BytesIO(data), size=len(data), content_type=content_type, condition=condition)
            return store.stat(bucket, key)

        self.answer(details(await self.with_store(connection, write)))

    async def _send(self, connection: str, *, only_head: bool) -> None:
        from cellift.storage.content_types import content_type_of
        from cellift.storage.place import Place

        (bucket, key), version = self.place(), self.optional("version")

        def look(store: Store) -> tuple[Place, ObjectInfo]:
            return Place(store, connection, bucket, key), store.stat(bucket, key, version=version)

        place, found = await self.with_store(connection, look)
        etag = f'"{found.etag}"'
        mime = found.content_type.partition(";")[0].strip().lower() or content_type_of(key)
        inline = self.optional("inline") == "1" and mime in _INLINE
        self.set_header("Accept-Ranges", "bytes")
        self.set_header("Cache-Control", "private, no-cache")
        self.set_header("Content-Disposition", _disposition(key, inline=inline))
        self.set_header("X-Content-Type-Options", "nosniff")
        if found.etag:
            self.set_header("Etag", etag)
        if found.etag and self.request.headers.get("If-None-Match") == etag:
            self.set_status(304)
            await self.finish()
            return
        wanted = self._range(found, etag)
        if wanted is None:
            # Not an exception: that would take the header away which says how many bytes there are.
            self.set_header("Content-Range", f"bytes */{found.size}")
            message = f"The object has {found.size} bytes, and none in the range that was asked for."
            self.answer({"message": message, "short_message": "Requested Range Not Satisfiable"}, 416)
            return
        mime = f"{mime}; charset=utf-8" if mime == "text/plain" else mime
        self.set_header("Content-Type", mime if inline else "application/octet-stream")
        self.set_header("Content-Length", str(wanted.end - wanted.start))
        if not only_head and wanted.end > wanted.start and not await self._stream(place, found, wanted, version):
            return
        with suppress(StreamClosedError):  # the browser has all the bytes, and went away
            await self.finish(set_content_type=mime if inline else "application/octet-stream")

    def _range(self, found: ObjectInfo, etag: str) -> Range | None:
        asked = self.request.headers.get("Range")
        if_range = self.request.headers.get("If-Range")
        if asked is None or (if_range is not None and if_range != etag):
            return Range(0, found.size)
        match = re.fullmatch(r"bytes=(\d{0,18})-(\d{0,18})", asked.strip())
        if match is None or not (match[1] or match[2]):
            return Range(0, found.size)  # several ranges, or another unit: all of it may be sent (RFC 9110, 14.2)
        if match[1]:
            start, end = int(match[1]), min(int(match[2]) + 1, found.size) if match[2] else found.size
        else:
            start, end = max(found.size - int(match[2]), 0), found.size
        if start >= found.size or end <= start:
            return None
        self.set_status(206)
        self.set_header("Content-Range", f"bytes {start}-{end - 1}/{found.size}")
        return Range(start, end)

    async def _stream(self, place: Place, found: ObjectInfo, wanted: Range, version: str | None) -> bool:
        """Send the bytes; False when it ended early, and the connection with it."""
        from cellift.storage.errors import StorageError
        from cellift.storage.transfer import steady, whole

        if version is None and wanted == (0, found.size):
            pieces = whole(place, found)
        elif version is None:
            pieces = steady(place, found, start=wanted.start, length=wanted.end - wanted.start)
        else:
            pieces = place.store.read(
                place.bucket, place.key, start=wanted.start, length=wanted.end - wanted.start, version=version
            )
        following: asyncio.Future[bytes | None] | None = None
        try:
            # An error before the first piece is still an answer of its own.
            piece = await self.blocking(next, pieces, None)
            while piece is not None:
                # The next one is read while this one is on its way to the browser.
                following = asyncio.ensure_future(self.stores.blocking(next, pieces, None))
                gone = False
                try:
                    self.write(piece)
                    await self.flush()
                except StreamClosedError:
                    gone = True  # the browser went away
                try:
                    piece = await following
                except StorageError as error:
                    if gone:
                        return False
                    # The status is sent: only a connection that ends too early says that the bytes are not all.
                    self.log.warning("Cellift: a download ended early: %s", error)
                    self.detach().close()
                    return False
                if gone:
                    return False
            return True
        finally:
            if following is not None:
                await asyncio.wait([following])  # a reading that goes on cannot be closed
            await self.stores.blocking(_close, pieces)


def _close(pieces: Generator[bytes, None, None]) -> None:
    pieces.close()


def _disposition(key: str, *, inline: bool) -> str:
    """The header of RFC 6266; the name is the last part of the key, without what a file system would obey."""
    name = re.sub(r'[\x00-\x1f\x7f-\x9f\\/:*?"<>|]', "_", key.rstrip("/").rpartition("/")[2]) or "object"
    if name in (".", ".."):
        name = "object"
    plain = re.sub(r"[^\x20-\x7e]|[%;]", "_", name)
    kind = "inline" if inline else "attachment"
    return f"{kind}; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
