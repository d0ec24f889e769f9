"""Objects of stores that a cell with ``%%step … --input NAME=data:…`` reads: fetched as a step of a run has them."""

from __future__ import annotations


def fetch_input(connection: str, bucket: str, key: str) -> str:
    """Return the path of a local copy of the object as it is now. Raises ``StorageError``, ``OSError``."""
    from cellift.config.paths import home
    from cellift.storage.inputs import fetch, find

    return str(fetch(find(connection, bucket, key), home()))
