"""``data/connections/NAME/share``: a link that works without credentials for some time."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING

from jupyter_server.auth.decorator import authorized
from tornado import web

from cellift.server.data.base import DataHandler, moment
from cellift.server.errors import ApiError

if TYPE_CHECKING:
    from cellift.storage.api import Store

SECONDS = 15 * 60
"""How long a link works when nobody says how long."""
MOST_SECONDS = 7 * 24 * 3600
"""S3 takes no longer ones."""


class ShareHandler(DataHandler):
    """Presigned links."""

    @web.authenticated
    @authorized
    async def post(self, connection: str) -> None:
        """Answer ``{url, expires}``. The link is a secret: it is in no log."""
        fields = await self.body(frozenset({"bucket", "key", "seconds", "upload"}))
        bucket, key, upload = fields.text("bucket"), fields.text("key"), fields.flag("upload")
        seconds = fields.number("seconds", SECONDS, low=1, high=MOST_SECONDS)

        def link(store: Store) -> str:
            from cellift.storage.api import Feature
            from cellift.storage.errors import UnsupportedError

            if Feature.SHARE not in store.features:
                raise UnsupportedError(
                    f"The connection {connection} cannot make links that others can open. Give them the file itself, "
                    "or copy it to a connection with keys of a server."
                )
            if not upload:
                store.stat(bucket, key)  # a link to nothing would only fail at whoever opens it
            return store.share(bucket, key, seconds=seconds, upload=upload)

        url = await self.with_store(connection, link)
        if not url:
            raise ApiError(502, "The store made no link.")
        self.set_header("Cache-Control", "no-store")
        self.answer({"url": url, "expires": moment(datetime.now(timezone.utc) + timedelta(seconds=seconds))})
