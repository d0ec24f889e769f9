"""The handler that the routes of data build on."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

from cellift.server.base import CelliftHandler
from cellift.server.errors import ApiError

if TYPE_CHECKING:
    from datetime import datetime

    from cellift.server.data.stores import Stores
    from cellift.storage.api import Condition, ObjectInfo, Store

P = ParamSpec("P")
T = TypeVar("T")

# Whoever may see runs need not be allowed to read data.
AUTH_RESOURCE = "cellift-data"


class DataHandler(CelliftHandler):
    """Base of the routes of data: a resource of its own for the authorizer, and threads of its own."""

    auth_resource = AUTH_RESOURCE
    # Lists are refreshed by timers.
    _track_activity = False

    @property
    def stores(self) -> Stores:
        """The open stores."""
        return self.service.stores

    async def blocking(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Call ``function`` in a thread that may wait for a store; what it refuses becomes an :class:`ApiError`."""
        return await self.waiting(function, *args, **kwargs)

    async def with_store(self, name: str, function: Callable[[Store], T]) -> T:
        """Call ``function`` with the store of a connection, in such a thread."""
        return await self.blocking(lambda: function(self.stores.open(name)))

    def place(self) -> tuple[str, str]:
        """``bucket`` and ``key`` of the query; 400 when one is missing."""
        return self.required("bucket"), self.required("key")

    def condition(self) -> Condition | None:
        """What a write must find, from ``If-Match: "ETAG"`` and ``If-None-Match: *``; None: anything."""
        from cellift.storage.api import Condition

        match, none = self.request.headers.get("If-Match"), self.request.headers.get("If-None-Match")
        if none is not None:
            if none.strip() != "*" or match is not None:
                raise ApiError(400, "If-None-Match is only taken as `*`, and without If-Match.")
            return Condition(absent=True)
        return None if match is None else Condition(etag=match.strip().removeprefix("W/").strip('"'))

    def required(self, name: str) -> str:
        """A parameter of the query that must be there, exactly as it is."""
        value = self.optional(name)
        if value is None:
            raise ApiError(400, f"`{name}` is missing in the query.")
        return value

    def optional(self, name: str) -> str | None:
        """A parameter of the query, exactly as it is; None when it is absent or empty."""
        # Not Tornado's `get_query_argument`: it makes spaces of control characters, and so another key of a key.
        given = self.request.query_arguments.get(name)
        try:
            return (given[-1].decode("utf-8") or None) if given else None
        except UnicodeDecodeError:
            raise ApiError(400, f"`{name}` in the query is not UTF-8.") from None


def moment(time: datetime | None) -> str | None:
    """A time as RFC 3339 in UTC."""
    return None if time is None else time.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def row(info: ObjectInfo) -> dict[str, Any]:
    """An object as lists have it."""
    return {"key": info.key, "size": info.size, "modified": moment(info.modified), "etag": info.etag}


def details(info: ObjectInfo) -> dict[str, Any]:
    """An object with all that is known of it."""
    return {
        **row(info),
        "content_type": info.content_type,
        "metadata": dict(info.metadata),
        "tags": dict(info.tags),
        "checksums": dict(info.checksums),
        "version": info.version,
    }
