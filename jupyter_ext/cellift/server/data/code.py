"""``data/connections/NAME/code``: Python that uses an object or a folder."""

from __future__ import annotations

from typing import Any

from jupyter_server.auth.decorator import authorized
from tornado import web

from cellift.server.data.base import DataHandler


class CodeHandler(DataHandler):
    """Snippets; nothing is asked of the store."""

    @web.authenticated
    @authorized
    async def get(self, connection: str) -> None:
        """Answer ``{snippets}``. Without ``key``, they are about the bucket."""
        bucket, key = self.required("bucket"), self.optional("key") or ""

        def snippets() -> list[dict[str, Any]]:
            from cellift.storage.snippets import snippets_of
            from cellift.storage.targets import Target

            is_server = self.stores.connection(connection).kind == "s3"
            return [one._asdict() for one in snippets_of(Target(connection, bucket, key), is_server=is_server)]

        self.answer({"snippets": await self.blocking(snippets)})
