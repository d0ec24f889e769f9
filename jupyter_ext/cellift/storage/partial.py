"""A file that is being downloaded, under a hidden name of its own, until it is whole.

The name holds what the bytes are of (bucket, key, etag, size): the next try finds its own and no other.
"""

from __future__ import annotations

import errno
import fcntl
import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cellift.storage.api import PIECE
from cellift.storage.errors import CancelledError, ChangedError, FullError, StorageError
from cellift.storage.shown import quoted

_END = ".cellift-part"
_TOO_LARGE = "EntityTooLarge"


class PartialFile:
    """The beginning of a file; ``start`` is how many bytes an earlier try has brought."""

    def __init__(self, file: int, part: Path, path: Path) -> None:
        self._file = file
        self._part = part
        self._path = path
        self._is_put = False
        self.start = os.lseek(file, 0, os.SEEK_END)

    def size(self) -> int:
        """Return how many bytes it has now."""
        return os.fstat(self._file).st_size

    def pieces(self) -> Iterator[bytes]:
        """Give what is there, in pieces."""
        place = 0
        while piece := os.pread(self._file, PIECE, place):
            place += len(piece)
            yield piece

    def write(self, piece: bytes) -> None:
        """Add a piece at the end."""
        rest = memoryview(piece)
        with _told(self._path):
            while rest:
                rest = rest[os.write(self._file, rest) :]

    def restart(self) -> int:
        """Throw away what is there; the size then is 0."""
        os.truncate(self._file, 0)
        return os.lseek(self._file, 0, os.SEEK_SET)

    def put(self) -> None:
        """Give the file its name; what had it is replaced."""
        self._part.replace(self._path)
        self._is_put = True

    def _drop(self) -> None:
        if not self._is_put:
            self._part.unlink(missing_ok=True)


@contextmanager
def partial_file(path: Path, identity: str) -> Iterator[PartialFile]:
    """Open the beginning of *path* that belongs to *identity*; beginnings of other contents are removed.

    It stays after an error of the store, for the next try; not when the transfer was cancelled, the object replaced, or
    the disk has no room for it: what nobody sees would take the room that people are told to make. Raises StorageError
    when another transfer is writing it, FullError when the disk is full.
    """
    stem = "." + _short(path.name)
    part = path.with_name(f"{stem}-{_short(identity)}{_END}")
    for other in path.parent.glob(f"{stem}-*{_END}"):
        if other != part:
            _remove_unheld(other)
    with _told(path):
        file = _held(part, path)
    try:
        partial = PartialFile(file, part, path)
        try:
            yield partial
        except (CancelledError, ChangedError, FullError):
            partial._drop()
            raise
        except (StorageError, OSError) as error:
            if partial.size() == 0 or getattr(error, "code", "") == _TOO_LARGE:
                partial._drop()
            raise
        except BaseException:
            partial._drop()
            raise
    finally:
        os.close(file)


@contextmanager
def _told(path: Path) -> Iterator[None]:
    """Errors of the disk by the name that people know; those that say that it takes no more, with what to do."""
    try:
        yield
    except OSError as error:
        where = f"{quoted(str(path))} cannot be written: {error.strerror}"
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise FullError(
                f"{where}. Make room on its disk, or choose a folder on another one. Nothing of the file is left."
            ) from error
        if error.errno == errno.EFBIG:
            raise StorageError(
                f"{where}. Its file system, or this session (`ulimit -f`), takes none as large. Nothing of it is left.",
                _TOO_LARGE,
            ) from error
        error.filename = str(path)
        raise


def _held(part: Path, path: Path) -> int:
    while True:
        file = os.open(part, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o666)
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            # Who held it before may have put it in its place between the two calls: that file is not ours.
            if part.stat().st_ino == os.fstat(file).st_ino:
                return file
        except FileNotFoundError:
            pass
        except BlockingIOError:
            os.close(file)
            raise StorageError(f"Another transfer is writing {quoted(str(path))}. Wait for it, or cancel it.") from None
        os.close(file)


def _short(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()[:16]


def _remove_unheld(part: Path) -> None:
    try:
        file = os.open(part, os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC)
    except OSError:
        return
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        part.unlink()
    except OSError:
        return
    finally:
        os.close(file)
