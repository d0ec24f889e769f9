"""Which connection, bucket and key a text means: ``connection/bucket/key``, or a URI as Kubeflow writes it.

``cellift://connection/bucket/key`` names the connection. ``s3://bucket/key`` and ``minio://bucket/key`` (the artifact
URIs of Kubeflow Pipelines) do not: it is the connection that is called as the scheme (``s3`` or ``aws``; ``minio``),
else the only one to an S3 server that there is.
"""

from __future__ import annotations

from cellift.storage.connections.model import Connection
from cellift.storage.errors import NoSuchConnectionError, StorageError, UnsupportedError
from cellift.storage.shown import quoted
from cellift.storage.targets import SCHEME, Target, split_key, split_target

_NAMED = {"s3": ("s3", "aws"), "s3a": ("s3", "aws"), "minio": ("minio",)}
_MISSING = {
    "gs": ("Google Cloud Storage", "gcs"),
    "gcs": ("Google Cloud Storage", "gcs"),
    "azure": ("Azure Blob Storage", "azure"),
    "abfs": ("Azure Blob Storage", "azure"),
}


def target_of(text: str) -> Target:
    """Return what *text* means. Raises StorageError (NoSuchConnectionError, UnsupportedError) with what can be done."""
    scheme, separator, rest = text.partition("://")
    if not separator:
        return _parts(text)
    if scheme == "cellift":
        return _parts(rest)
    if scheme in _NAMED:
        return Target(_connection(scheme), *split_key(rest))
    from cellift.storage.connections.listing import connections

    if scheme in _MISSING:
        what, kind = _MISSING[scheme]
        for one in connections().values():
            if one.kind == kind:
                return Target(one.name, *split_key(rest))
        raise UnsupportedError(
            f"{quoted(text)} is in {what}, for which no back end is installed. Install a package that brings one "
            f"(entry point cellift.stores, kind {kind!r}) and describe the connection in cellift.toml; or use "
            f"{what}'s S3 interface as a connection of the kind s3."
        )
    raise StorageError(
        f"{quoted(text)} cannot be opened: write CONNECTION/bucket/key, or a URI with cellift://, s3:// or minio://.",
        "InvalidURI",
    )


def uri_of(target: Target) -> str:
    """Return ``cellift://connection/bucket/key``."""
    return (
        SCHEME
        + "/".join(part for part in (target.connection, target.bucket) if part)
        + (f"/{target.key}" if target.key else "")
    )


def _parts(text: str) -> Target:
    target = split_target(text)
    if not target.connection:
        raise StorageError(
            f"{quoted(text)} names no connection: write CONNECTION/bucket/key, as in local/data/wine.csv.", "InvalidURI"
        )
    return target


def _connection(scheme: str) -> str:
    from cellift.storage.connections.listing import connections

    found = connections()
    for name in _NAMED[scheme]:
        if name in found:
            return name
    servers: list[Connection] = [one for one in found.values() if one.kind == "s3" and not one.unusable]
    if len(servers) == 1:
        return servers[0].name
    listed = ", ".join(one.name for one in servers) or "none"
    raise NoSuchConnectionError(
        f"{scheme}:// does not say which connection is meant, and there are several or none to S3 servers: {listed}. "
        f"Write CONNECTION/bucket/key, or call one of them {_NAMED[scheme][0]!r} (`cellift data alias set`)."
    )
