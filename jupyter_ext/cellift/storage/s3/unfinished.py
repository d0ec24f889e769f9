"""Notes on uploads of parts that have begun and not ended: by one, the next try goes on where the server went away.

A note is a file that its writer holds locked, so that two do not send parts of one upload. It holds no secret: the
server's name for the upload is of no use without keys.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_MOST_BYTES = 8192
_OLD_SECONDS = 7 * 24 * 3600.0
"""After so long nobody goes on with an upload, whose parts take room that is paid for."""


class Note:
    """The note on one upload; ``id`` is what an earlier try has begun, empty when there is none."""

    def __init__(self, file: int) -> None:
        self._file = file
        try:
            self.server, self.bucket, self.key, self.id = map(str, json.loads(os.pread(file, _MOST_BYTES, 0)))
        except ValueError:  # a new one
            self.server = self.bucket = self.key = self.id = ""

    def keep(self, server: str, bucket: str, key: str, upload_id: str) -> None:
        """Write down what has begun. Raises OSError, and then there is nothing to go on with."""
        self.id = ""
        os.ftruncate(self._file, 0)
        os.pwrite(self._file, json.dumps([server, bucket, key, upload_id]).encode("ascii"), 0)
        self.id = upload_id

    def drop(self) -> None:
        """Nothing is left to go on with."""
        self.id = ""


@contextmanager
def noted(folder: Path | None, *identity: str) -> Iterator[Note | None]:
    """Give the note on the upload of what *identity* tells (server, bucket, key, and what it is begun with).

    None, with which an upload is forgotten when it fails: without a folder, while another writer has the note, and
    when the disk takes none.
    """
    with contextlib.ExitStack() as stack:
        note = None
        if folder is not None:
            name = hashlib.sha256("\n".join(identity).encode("utf-8", "surrogateescape")).hexdigest()[:32]
            with contextlib.suppress(OSError):
                note = stack.enter_context(_held(folder / name))
        yield note


def old(folder: Path | None, server: str) -> Iterator[Note]:
    """Give the notes on uploads to a server that nobody goes on with. Whoever has ended one drops its note."""
    if folder is None:
        return
    with contextlib.suppress(OSError):
        for path in sorted(folder.iterdir()):
            with contextlib.suppress(OSError):  # one that is held, or has just gone, is somebody's
                if path.stat().st_mtime < time.time() - _OLD_SECONDS:
                    with _held(path) as note:
                        if note.server == server or not note.id:
                            yield note


@contextmanager
def _held(path: Path) -> Iterator[Note]:
    for folder in (path.parent.parent, path.parent):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if path.stat().st_ino != os.fstat(file).st_ino:
            raise BlockingIOError  # who held it has just ended well, and another one begins
        note = Note(file)
        try:
            yield note
        finally:
            if not note.id:
                path.unlink(missing_ok=True)
    finally:
        os.close(file)
