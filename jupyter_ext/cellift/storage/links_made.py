"""Which links were made and still work: whose they are, and until when. The links are secrets, and are not kept."""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta, timezone
from typing import NamedTuple

from cellift.config.paths import home
from cellift.storage.errors import StorageError
from cellift.storage.targets import Target

_FILE = "links.jsonl"
_MOST = 1000
"""Links that are remembered; the oldest are forgotten first."""


class MadeLink(NamedTuple):
    """A link that reads (or, with ``upload``, writes) the object until it ends."""

    target: Target
    upload: bool
    ends: datetime


def remember(target: Target, seconds: int, *, upload: bool) -> None:
    """Keep that a link was made. Raises StorageError when that cannot be written."""
    ends = datetime.now(timezone.utc) + timedelta(seconds=seconds)
    try:
        with _opened() as file:
            known = _read(file)[1 - _MOST :]
            lines = "".join(map(_line, [*known, MadeLink(target, upload, ends)]))
            os.ftruncate(file, 0)
            os.pwrite(file, lines.encode(), 0)
    except OSError as error:
        raise StorageError(
            f"No link was made: it cannot be noted that there is one ({error.strerror or error}). Set CELLIFT_HOME to "
            "a folder that can be written."
        ) from None


def links_made() -> list[MadeLink]:
    """Those that still work, in the order in which they were made."""
    with _opened() as file:
        return _read(file)


@contextmanager
def _opened() -> Iterator[int]:
    """The file, for one process at a time; others may not read what is in it."""
    file = os.open(home() / _FILE, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield file
    finally:
        os.close(file)


def _line(made: MadeLink) -> str:
    return json.dumps({"target": made.target, "upload": made.upload, "ends": made.ends.timestamp()}) + "\n"


def _read(file: int) -> list[MadeLink]:
    text = os.pread(file, os.fstat(file).st_size, 0).decode("utf-8", "replace")
    found = (_made(line) for line in text.splitlines())
    now = datetime.now(timezone.utc)
    return [one for one in found if one is not None and one.ends > now]


def _made(line: str) -> MadeLink | None:
    """A line of the file; None for what a crash, or somebody, has left of one."""
    try:
        fields = json.loads(line)
        connection, bucket, key = map(str, fields["target"])
        ends = datetime.fromtimestamp(fields["ends"], timezone.utc)
        return MadeLink(Target(connection, bucket, key), bool(fields["upload"]), ends)
    except (ValueError, TypeError, KeyError, OverflowError, OSError):
        return None
