"""Whether two things of the same size have the same content, told without fetching them."""

from __future__ import annotations

import re
from pathlib import Path

from cellift.storage.api import PIECE
from cellift.storage.digest import Digest, choose
from cellift.storage.place import Place

# Etags that can be the MD5 sum of the content: not those of parts, of the local tree, or made up.
_SUM = re.compile("[0-9a-f]{32}")


def by_etags(one: str, other: str) -> bool | None:
    """Whether two etags are those of one content; None where they are of kinds that cannot be compared.

    Equal ones are proof. Different ones are not quite: a server that encrypts gives each object another one.
    """
    return one == other if _SUM.fullmatch(one) and _SUM.fullmatch(other) else None


def by_checksums(one: Path | Place, other: Path | Place) -> bool | None:
    """Whether the checksums that the stores know are the same; None where there is no common one.

    A file is read for it, an object is not.
    """
    if isinstance(one, Path):
        return None if isinstance(other, Path) else _is_file_of(other, one)
    if isinstance(other, Path):
        return _is_file_of(one, other)
    first, second = (end.store.stat(end.bucket, end.key).checksums for end in (one, other))
    shared = first.keys() & second.keys()
    return all(first[name] == second[name] for name in shared) if shared else None


def _is_file_of(place: Place, path: Path) -> bool | None:
    found = place.store.stat(place.bucket, place.key)
    known = dict(found.checksums) or ({"md5": found.etag} if _SUM.fullmatch(found.etag) else {})
    name = choose(known)
    if name is None:
        return None
    with Digest(name) as digest, path.open("rb") as file:
        while piece := file.read(PIECE):
            digest.update(piece)
        return digest.hexdigest() == known[name]
