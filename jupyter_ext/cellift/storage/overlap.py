"""Whether two places are the same, or one lies in the other, whatever they are called.

Two connections can lead to one server, and a path of this machine can be a file of the local tree.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from cellift.storage.api import Store
from cellift.storage.place import Place
from cellift.storage.targets import LocalPath, Target

Ground = tuple[str, tuple[str, ...]]
"""What holds it (nothing for this machine, the address of a server), and the folders down to it."""


def is_within(inner: LocalPath | Target, outer: LocalPath | Target, open_store: Callable[[str], Store]) -> bool:
    """Whether *inner* is *outer* or lies in it."""
    (at, parts), (holder, above) = _ground(inner, open_store), _ground(outer, open_store)
    return at == holder and parts[: len(above)] == above


def is_same(one: Path | Place, other: Path | Place) -> bool:
    """Whether both are one object or file: what is written to one replaces the other."""
    return _ground_of(one) == _ground_of(other)


def _ground(end: LocalPath | Target, open_store: Callable[[str], Store]) -> Ground:
    if isinstance(end, LocalPath):
        return _ground_of(end.path)
    return _ground_of(Place(open_store(end.connection), *end))


def _ground_of(end: Path | Place) -> Ground:
    if isinstance(end, Path):
        return "", Path(os.path.realpath(end)).parts
    # Stores of other packages need not say where they are: the connection's name tells them apart.
    at = getattr(end.store, "location", None) or f"connection {end.connection}"
    inside = tuple(part for part in (end.bucket, *end.key.split("/")) if part)
    if isinstance(at, Path):
        return "", Path(os.path.realpath(at)).parts + inside
    return str(at), inside
