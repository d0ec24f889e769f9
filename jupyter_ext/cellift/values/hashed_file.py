"""A file that appears whole or not at all, and whose digest is computed beside the write.

There are two digests. ``sha256`` is for what is unpickled: a run only unpickles what one of its steps wrote, so nobody
may be able to make another file of the same digest. Files of plain numbers are never unpickled; for them it would take
several times as long as the write itself. ``dot64`` multiplies their 64-bit words by fixed odd numbers and adds them up
for each MiB: a change of one word shows for certain, any other except by an accident that nobody lives to see, at the
speed at which memory is read, so that a second thread is done before the write is. It is no proof against somebody who
wants two files to look alike; who needs that computes :func:`file_digest`.
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import hashlib
import os
import shutil
import threading
from typing import Any

from .errors import NoSpaceError

# From this size on, a second thread computes the digest while this one writes.
_THREAD_FROM = 1024 * 1024

# Space for larger pieces is asked for at once, as numpy does: that is a fifth of the cost of the write.
_RESERVE_FROM = 16 * 1024 * 1024

_PIECE = 8 * 1024 * 1024

_CHUNK = 1024 * 1024

ALIGNMENT = 64
"""Array data starts at a multiple of this many bytes, as numpy's own files do."""


class HashedFile:
    """Write ``folder/name`` through a temporary file; :meth:`commit` makes it visible.

    Used as a context manager: leaving without a commit removes the temporary file.
    ``digest`` is ``sha256:HEX`` of all bytes, ``size`` their number. A full disk is a :class:`NoSpaceError` that
    names ``value`` (what the user calls the thing that is written). ``guarded=False`` is for arrays, of which nothing
    is ever executed: ``digest`` is ``dot64:HEX``.
    """

    def __init__(self, folder: str, name: str, value: str, guarded: bool = True) -> None:
        self._folder = folder
        self._path = os.path.join(folder, name)
        self._temporary = os.path.join(folder, f".{name}.{os.getpid()}.part")
        self._value = value
        self._hash: Any = hashlib.sha256() if guarded else Dot64()
        self._committed = False
        self.size = 0
        try:
            # Unbuffered: pieces are large, and a buffered write to a full disk fails late, in close().
            self._file = open(self._temporary, "wb", buffering=0)  # noqa: SIM115 - closed in __exit__
        except OSError as error:
            raise self._explain(error) from error

    def __enter__(self) -> HashedFile:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()
        if not self._committed:
            try:
                os.unlink(self._temporary)
            except FileNotFoundError:
                pass

    def write(self, data: Any) -> int:
        """Append bytes, a bytearray, or a contiguous buffer; gives the number of bytes."""
        with memoryview(data) as view, view.cast("B") as raw:
            hasher = None
            if raw.nbytes >= _THREAD_FROM:
                hasher = threading.Thread(target=self._hash.update, args=(raw,))
                hasher.start()
            else:
                self._hash.update(raw)
            try:
                written = 0
                if raw.nbytes >= _RESERVE_FROM:
                    _reserve(self._file.fileno(), self.size, raw.nbytes)
                while written < raw.nbytes:
                    written += self._file.write(raw[written:])
            except OSError as error:
                raise self._explain(error) from error
            finally:
                if hasher is not None:
                    hasher.join()
        self.size += written
        return written

    def align(self) -> None:
        """Pad with zeros up to the next multiple of :data:`ALIGNMENT`."""
        self.write(b"\0" * (-self.size % ALIGNMENT))

    @property
    def digest(self) -> str:
        """``NAME:HEX`` of what was written so far."""
        return f"{self._hash.name}:{self._hash.hexdigest()}"

    def commit(self) -> None:
        """Close the file and give it its name."""
        try:
            self._file.close()
            os.replace(self._temporary, self._path)
        except OSError as error:
            raise self._explain(error) from error
        self._committed = True

    def _explain(self, error: OSError) -> Exception:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT):
            return error
        return NoSpaceError(self._value, self._folder, _free_bytes(self._folder))


class Dot64:
    """As the objects of :mod:`hashlib`; needs numpy, and all pieces but the last in multiples of 8 bytes."""

    name = "dot64"

    def __init__(self) -> None:
        import numpy

        count = _CHUNK // 8
        factors = numpy.arange(1, count + 1, dtype="<u8") * numpy.uint64(0x9E3779B97F4A7C15)
        factors ^= factors >> numpy.uint64(29)
        self._numpy: Any = numpy
        self._factors = factors * numpy.uint64(0xBF58476D1CE4E5B9) | numpy.uint64(1)
        self._sums = hashlib.blake2b(digest_size=16)
        self._sum = 0
        self._size = 0

    def update(self, data: Any) -> None:
        """Add a piece."""
        numpy = self._numpy
        whole = len(data) // 8 * 8
        words = numpy.frombuffer(data, "<u8", whole // 8)
        if whole < len(data):
            words = numpy.append(words, numpy.frombuffer(bytes(data[whole:]).ljust(8, b"\0"), "<u8"))
        place = 0
        while place < words.size:
            at = self._size % _CHUNK // 8
            part = words[place : place + len(self._factors) - at]
            self._sum += int(numpy.dot(part, self._factors[at : at + part.size]))
            self._size += part.nbytes
            place += part.size
            if self._size % _CHUNK == 0:
                self._close()
        self._size -= 8 * words.size - len(data)

    def _close(self) -> None:
        self._sums.update((self._sum % 2**64).to_bytes(8, "little"))
        self._sum = 0

    def hexdigest(self) -> str:
        """Of all pieces so far."""
        found = self._sums.copy()
        found.update((self._sum % 2**64).to_bytes(8, "little") + self._size.to_bytes(8, "little"))
        return found.hexdigest()


def _reserve(descriptor: int, start: int, size: int) -> None:
    """Only where the file system can: what Python has would write zeros elsewhere."""
    keep_size = 1
    with contextlib.suppress(Exception):
        ctypes.CDLL(None).fallocate(descriptor, keep_size, ctypes.c_int64(start), ctypes.c_int64(size))


def _free_bytes(folder: str) -> int:
    try:
        return shutil.disk_usage(folder).free
    except OSError:
        return 0


def file_digest(path: str, name: str = "sha256") -> str:
    """``NAME:HEX`` of a file, read in pieces."""
    found: Any = Dot64() if name == Dot64.name else hashlib.sha256()
    with open(path, "rb", buffering=0) as file:
        while piece := file.read(_PIECE):
            found.update(piece)
    return f"{name}:{found.hexdigest()}"
