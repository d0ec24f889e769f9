"""``data/connections/NAME/share``: a link that works without credentials for some time."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

from jupyter_server.auth.decorator import authorized
from tornado import web

from cellift.server.data.base import DataHandler, moment
from cellift.server.errors import ApiError


class ShareHandler(DataHandler):
    """Presigned links."""

    @web.authenticated
    @authorized
    async def post(self, connection: str) -> None:
        """Answer ``{url, expires}``. The link is a secret: it is in no log."""
        from cellift.storage.api import LONGEST_LINK
        from cellift.storage.links import SECONDS, link
        from cellift.storage.place import Place

        fields = await self.body(frozenset({"bucket", "key", "seconds", "upload"}))
        bucket, key, upload = fields.text("bucket"), fields.text("key"), fields.flag("upload")
        seconds = fields.number("seconds", SECONDS, low=1, high=LONGEST_LINK)
        url = await self.with_store(
            connection, lambda store: link(Place(store, connection, bucket, key), seconds=seconds, upload=upload)
        )
        if not url:
            raise ApiError(502, "The store made no link.")
        self.set_header("Cache-Control", "no-store")
        self.answer({"url": url, "expires": moment(datetime.now(timezone.utc) + timedelta(seconds=seconds))})
