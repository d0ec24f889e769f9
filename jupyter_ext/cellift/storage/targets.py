"""What people write for a place: ``CONNECTION/bucket/key``, or a path of this machine."""

from __future__ import annotations

import os
from collections.abc import Collection
from pathlib import Path
from typing import NamedTuple

from cellift.storage.errors import NoSuchConnectionError
from cellift.storage.shown import quoted, shown

SCHEME = "cellift://"
"""Begins the address of an object by which pandas and others open it, and runs record it: ``cellift://CONN/bucket/key``."""


class LocalPath(NamedTuple):
    """A file or folder of this machine; ``slash``: it was written with one at the end."""

    path: Path
    slash: bool

    def __str__(self) -> str:
        return shown(str(self.path))

    @property
    def is_folder(self) -> bool:
        """Whether it is a folder, or is to be one."""
        return self.slash or self.path.is_dir()


class Target(NamedTuple):
    """A connection, and a bucket and a key in it, each of which may be empty."""

    connection: str
    bucket: str
    key: str

    def __str__(self) -> str:
        text = "/".join(self)
        return shown(text if self.key else text.rstrip("/"))

    @property
    def folder(self) -> str:
        """The prefix of what is in the folder that this names: the key with a slash, or nothing for the bucket."""
        return self.key if not self.key or self.key.endswith("/") else f"{self.key}/"


def split_target(text: str) -> Target:
    """Return the parts of ``CONNECTION/bucket/key``; what is left out is empty."""
    connection, _, rest = text.partition("/")
    return Target(connection, *split_key(rest))


def at_address(uri: str) -> Target:
    """Return what an address with `SCHEME` names."""
    return split_target(uri.removeprefix(SCHEME))


def split_key(text: str) -> tuple[str, str]:
    """Return bucket and key of ``bucket/key``."""
    bucket, _, key = text.partition("/")
    return bucket, key


def parse_target(text: str, connections: Collection[str]) -> LocalPath | Target:
    """Return what *text* means. As in ``mc``, a connection comes before a file of the same name.

    A path is what starts with ``/``, ``./``, ``../`` or ``~``; a name without a slash; and what begins with a folder
    that is there. Raises NoSuchConnectionError for anything else.
    """
    first, _, rest = text.partition("/")
    if first in connections:
        return Target(first, *split_key(rest))
    if first in ("", ".", "..") or first.startswith("~"):
        return _path(os.path.expanduser(text))  # noqa: PTH111 - Path.expanduser drops the slash at the end
    if "/" not in text or Path(first).is_dir():
        return _path(text)
    raise NoSuchConnectionError(
        f"There is no connection {quoted(first)}. There are: {', '.join(connections)}. A path of this machine begins "
        "with ./, / or ~."
    )


def _path(text: str) -> LocalPath:
    return LocalPath(Path(text), text.endswith("/"))
