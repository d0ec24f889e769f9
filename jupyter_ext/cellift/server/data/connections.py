"""``data/connections``: what there is, set one up, remove one. A secret goes in, and never comes out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jupyter_server.auth.decorator import authorized
from tornado import web

from cellift.server.data.base import DataHandler
from cellift.server.errors import ApiError
from cellift.server.fields import Fields

if TYPE_CHECKING:
    from cellift.server.data.stores import Stores
    from cellift.storage.connections.model import Connection

_FIELDS = frozenset({"url", "key_id", "secret", "token", "region", "path_style", "read_only", "anonymous"})


class ConnectionsHandler(DataHandler):
    """All connections."""

    @web.authenticated
    @authorized
    async def get(self) -> None:
        """Answer them in the order in which they are found: ``{connections}``."""
        self.answer({"connections": await self.blocking(_all, self.stores)})


class ConnectionHandler(DataHandler):
    """One connection that Cellift keeps."""

    @web.authenticated
    @authorized
    async def put(self, connection: str) -> None:
        """Keep it, in place of the one of this name; keys that are left out stay as they are."""
        fields = await self.body(_FIELDS)
        self.answer(await self.blocking(_keep, self.stores, connection, fields))

    @web.authenticated
    @authorized
    async def delete(self, connection: str) -> None:
        """Forget it, with its keys: 204; its data stays where it is."""
        await self.blocking(_forget, self.stores, connection)
        self.set_status(204)
        await self.finish()


def _all(stores: Stores) -> list[dict[str, Any]]:
    editable = _kept_names()
    return [_shown(one, one.name in editable) for one in stores.connections(fresh=True).values()]


def _kept_names() -> frozenset[str]:
    from cellift.storage.connections.kept import kept
    from cellift.storage.errors import StorageError

    try:
        return frozenset(one.name for one in kept())
    except StorageError:  # the list has a row that says why
        return frozenset()


def _shown(connection: Connection, editable: bool) -> dict[str, Any]:
    return {**connection.to_dict(), "region": connection.region, "editable": editable}


def _keep(stores: Stores, name: str, fields: Fields) -> dict[str, Any]:
    from cellift.storage.connections.kept import keep, kept
    from cellift.storage.secret import keys

    found = stores.connections(fresh=True).get(name)
    before = next((one for one in kept() if one.name == name), None)
    if found is not None and before is None:
        raise ApiError(
            409, f"There is a connection {name!r} already ({found.found}). Use another name, or edit it there."
        )
    key_id, secret, token = (fields.optional_text(one) for one in ("key_id", "secret", "token"))
    anonymous = fields.flag("anonymous")
    if anonymous:
        if key_id or secret or token:
            raise ApiError(400, "An anonymous connection has no keys: leave them out, or `anonymous`.")
        pair = None
    elif key_id or secret:
        if not (key_id and secret):
            raise ApiError(400, "`key_id` and `secret` belong together: give both.")
        pair = keys(key_id, secret, token)
    elif before is not None and before.keys is not None:
        from cellift.storage.s3.endpoint import check_url

        if check_url(fields.text("url")) != before.url:
            # Signatures, and a session token as it is, would go to a server that was never given them.
            raise ApiError(400, "This is another server than before: give its `key_id` and `secret`, too.")
        pair = before.keys
    else:
        raise ApiError(400, "The connection needs `key_id` and `secret`, or `anonymous` for public buckets.")
    kept_one = keep(
        name,
        fields.text("url"),
        pair,
        region=fields.optional_text("region") or "",
        path_style=fields.optional_flag("path_style"),
        read_only=fields.flag("read_only"),
    )
    stores.connections(fresh=True)
    return _shown(kept_one, True)


def _forget(stores: Stores, name: str) -> None:
    from cellift.storage.connections.kept import forget

    if not forget(name):
        found = stores.connections(fresh=True).get(name)
        if found is None:
            raise ApiError(404, f"There is no connection {name!r}.")
        raise ApiError(
            409, f"Cellift does not keep the connection {name!r}: remove it where it is set ({found.found})."
        )
    stores.connections(fresh=True)
