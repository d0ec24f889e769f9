"""From the name of a connection to its store."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cellift.storage.errors import StorageError
from cellift.storage.shown import quoted

if TYPE_CHECKING:
    from cellift.storage.api import Store

LOCAL = "local"
"""The connection that is always there: the local tree."""


class NoSuchConnectionError(StorageError):
    """No connection has this name."""

    code = "NoSuchConnection"


def connection_names() -> list[str]:
    """Return the names of all connections, in order."""
    return [LOCAL]


def open_store(name: str) -> Store:
    """Return the store of a connection, without asking anything of a server.

    Raises NoSuchConnectionError when no connection has this name.
    """
    if name == LOCAL:
        from cellift.config.paths import home_path
        from cellift.storage.local.tree import LocalTree

        return LocalTree(home_path() / "data")
    raise NoSuchConnectionError(f"There is no connection {quoted(name)}. There are: {', '.join(connection_names())}.")
