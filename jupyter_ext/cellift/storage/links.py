"""Links that read or write an object without credentials, for some time."""

from __future__ import annotations

from cellift.storage.api import Feature
from cellift.storage.errors import UnsupportedError
from cellift.storage.links_made import remember
from cellift.storage.place import Place
from cellift.storage.shown import quoted
from cellift.storage.targets import Target

SECONDS = 15 * 60
"""How long a link works when nobody says how long."""


def link(place: Place, *, seconds: int = SECONDS, upload: bool = False) -> str:
    """Return a link. Raises UnsupportedError where the store makes none, NotFoundError for one that would read nothing.

    Whoever has it can use it: it is a secret until it ends. That there is one is remembered (`links_made`).
    """
    if Feature.SHARE not in place.store.features:
        raise UnsupportedError(
            f"The connection {quoted(place.connection)} cannot make links that others can open. Give them the file "
            "itself, or copy it to a connection with keys of a server."
        )
    if not upload:
        place.store.stat(place.bucket, place.key)  # it would only fail at whoever opens it
    url = place.store.share(place.bucket, place.key, seconds=seconds, upload=upload)
    remember(Target(place.connection, place.bucket, place.key), seconds, upload=upload)
    return url
