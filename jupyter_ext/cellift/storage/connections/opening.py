"""From the name of a connection to its store."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cellift.config.storage import BUILT_IN
from cellift.storage.errors import NoSuchConnectionError, UnsupportedError, UnusableConnectionError
from cellift.storage.shown import quoted

if TYPE_CHECKING:
    from cellift.storage.api import Store
    from cellift.storage.connections.model import Connection

LOCAL = BUILT_IN
"""The connection that is always there: the local tree."""
ENTRY_POINTS = "cellift.stores"
"""Where packages add back ends: a callable that takes a `Connection` and gives a `Store`, named like its ``kind``."""


def connection_names() -> list[str]:
    """Return the names of all connections, in order."""
    from cellift.storage.connections.listing import connections

    return list(connections())


def open_store(name: str) -> Store:
    """Return the store of a connection, without asking anything of a server.

    Raises NoSuchConnectionError when no connection has this name, UnusableConnectionError when it lacks something.
    """
    return open_connection(find_connection(name))


def find_connection(name: str) -> Connection:
    """Return the connection of a name; NoSuchConnectionError, with the names that there are, when there is none."""
    if name == LOCAL:  # needs no look at anything else
        return built_in()
    from cellift.storage.connections.listing import connections

    found = connections()
    if name not in found:
        raise NoSuchConnectionError(f"There is no connection {quoted(name)}. There are: {', '.join(found)}.")
    return found[name]


def built_in() -> Connection:
    """Return the connection that is always there."""
    from cellift.config.paths import home_path
    from cellift.storage.connections.model import Connection

    return Connection(LOCAL, f"built in ({home_path() / 'data'})", kind=LOCAL)


def check_usable(connection: Connection) -> None:
    """Raise UnusableConnectionError when it lacks something."""
    if connection.unusable:
        raise UnusableConnectionError(f"Connection {quoted(connection.name)}: {connection.unusable}")


def open_connection(connection: Connection) -> Store:
    """Return the store of a connection; UnusableConnectionError when it lacks something."""
    check_usable(connection)
    store = _opened(connection)
    if connection.read_only:
        from cellift.storage.connections.read_only import ReadOnly

        return ReadOnly(store, connection.name)
    return store


def _opened(connection: Connection) -> Store:
    if connection.kind == LOCAL:
        return _local()
    if connection.kind == "s3":
        from cellift.config.paths import home_path
        from cellift.storage.s3.endpoint import Endpoint
        from cellift.storage.s3.store import S3Store

        endpoint = Endpoint(
            connection.name,
            connection.url,
            connection.region,
            connection.path_style,
            connection.ca,
            connection.proxy,
        )
        keys = None if connection.anonymous else connection.keys
        return S3Store(endpoint, keys, notes=home_path() / "uploads")
    from importlib.metadata import entry_points

    for entry in entry_points(group=ENTRY_POINTS, name=connection.kind):
        store: Store = entry.load()(connection)
        return store
    raise UnsupportedError(
        f"Connection {quoted(connection.name)} is of the kind {quoted(connection.kind)}, which no installed package "
        "brings. Install the one that does, or correct `kind` (s3 is built in)."
    )


def _local() -> Store:
    from cellift.config.paths import home_path
    from cellift.storage.local.tree import LocalTree

    return LocalTree(home_path() / "data")
