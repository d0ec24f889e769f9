"""``data/connections/NAME/objects``: pages of keys; ``object``: one of them; ``versions``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jupyter_server.auth.decorator import authorized
from tornado import web

from cellift.server.base import to_json
from cellift.server.data.base import DataHandler, details, row

if TYPE_CHECKING:
    from cellift.storage.api import Store

# As of `storage.api`, which is not loaded before somebody asks for data.
PAGE = 200
MOST_KEYS = 1000


class ObjectsHandler(DataHandler):
    """What is right below a prefix."""

    @web.authenticated
    @authorized
    async def get(self, connection: str) -> None:
        """Answer one page: ``{objects, prefixes, next}``; ``after`` is ``next`` of the page before."""
        bucket, prefix, token = self.required("bucket"), self.optional("prefix") or "", self.optional("after")
        limit = self.query().integer("limit", PAGE, low=1, high=MOST_KEYS)

        def page(store: Store) -> str:
            found = store.page(bucket, prefix, token=token, limit=limit)
            # Here, not on the loop: a thousand rows take it some milliseconds.
            return to_json(
                {"objects": [row(one) for one in found.objects], "prefixes": list(found.prefixes), "next": found.next}
            )

        self.set_status(200)
        await self.finish(await self.with_store(connection, page))


class ObjectHandler(DataHandler):
    """One object."""

    @web.authenticated
    @authorized
    async def get(self, connection: str) -> None:
        """Answer all that is known of it."""
        (bucket, key), version = self.place(), self.optional("version")
        self.answer(details(await self.with_store(connection, lambda store: store.stat(bucket, key, version=version))))

    @web.authenticated
    @authorized
    async def delete(self, connection: str) -> None:
        """Remove it, or one version of it: 204, also when there is none."""
        (bucket, key), version = self.place(), self.optional("version")
        await self.with_store(connection, lambda store: store.remove(bucket, key, version=version))
        self.set_status(204)
        await self.finish()


class VersionsHandler(DataHandler):
    """The versions of one object."""

    @web.authenticated
    @authorized
    async def get(self, connection: str) -> None:
        """Answer them and its delete markers, the newest first; empty where the bucket keeps none."""
        bucket, key = self.place()
        found = await self.with_store(connection, lambda store: store.versions(bucket, key))
        versions: list[dict[str, Any]] = [
            {
                **row(one),
                "version": one.version,
                "is_latest": one.is_latest,
                "is_delete_marker": one.is_delete_marker,
            }
            for one in found
        ]
        self.answer({"versions": versions})
