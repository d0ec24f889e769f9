"""``data/connections/NAME/buckets``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jupyter_server.auth.decorator import authorized
from tornado import web

from cellift.server.data.base import DataHandler, moment

if TYPE_CHECKING:
    from cellift.storage.api import Bucket, Store


class BucketsHandler(DataHandler):
    """The buckets of a connection."""

    @web.authenticated
    @authorized
    async def get(self, connection: str) -> None:
        """Answer all of them, and what the store can do: ``{buckets, features, read_only}``."""
        self.answer(await self.with_store(connection, _list))

    @web.authenticated
    @authorized
    async def post(self, connection: str) -> None:
        """Make the bucket in the body: 201."""
        from cellift.storage.api import Bucket

        bucket = (await self.body(frozenset({"bucket"}))).text("bucket")
        await self.with_store(connection, lambda store: store.make_bucket(bucket))
        self.answer(_bucket(Bucket(bucket)), 201)

    @web.authenticated
    @authorized
    async def delete(self, connection: str) -> None:
        """Remove an empty bucket: 204; 409 when it has objects."""
        bucket = self.required("bucket")
        await self.with_store(connection, lambda store: store.remove_bucket(bucket))
        self.set_status(204)
        await self.finish()


def _list(store: Store) -> dict[str, Any]:
    from cellift.storage.connections.read_only import ReadOnly

    return {
        "buckets": [_bucket(one) for one in store.buckets()],
        "features": sorted(store.features),
        "read_only": isinstance(store, ReadOnly),
    }


def _bucket(bucket: Bucket) -> dict[str, Any]:
    return {"name": bucket.name, "created": moment(bucket.created)}
