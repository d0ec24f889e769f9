"""``data/connections/NAME/preview``: what an object holds, from a few ranges of its bytes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jupyter_server.auth.decorator import authorized
from tornado import web

from cellift.server.base import to_json
from cellift.server.data.base import DataHandler

if TYPE_CHECKING:
    from cellift.storage.previews.api import Preview


class PreviewHandler(DataHandler):
    """The preview of one object."""

    @web.authenticated
    @authorized
    async def get(self, connection: str) -> None:
        """Answer it; what cannot be shown says why."""
        (bucket, key), version = self.place(), self.optional("version")

        def preview() -> str:
            from cellift.storage.place import Place
            from cellift.storage.previews.choosing import preview_of

            place = Place(self.stores.open(connection), connection, bucket, key)
            found = place.store.stat(bucket, key, version=version)
            return to_json(_document(preview_of(place, found, version), found.size))

        self.set_status(200)
        await self.finish(await self.blocking(preview))


def _document(shown: Preview, size: int) -> dict[str, Any]:
    document: dict[str, Any] = {"kind": shown.kind, "note": shown.note, "cut": shown.cut, "size": size}
    if shown.cut and shown.read is not None:
        document["read"] = shown.read
    for name in ("text", "mime", "rows"):
        if (value := getattr(shown, name)) is not None:
            document[name] = value
    for name, keys in (("columns", ("name", "type")), ("facts", ("name", "value")), ("cells", ("kind", "text"))):
        if (pairs := getattr(shown, name)) is not None:
            document[name] = [dict(zip(keys, pair, strict=True)) for pair in pairs]
    return document
