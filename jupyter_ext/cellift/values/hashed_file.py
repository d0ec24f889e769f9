"""A file that appears whole or not at all, and whose digest is computed beside the write."""

from __future__ import annotations

import errno
import hashlib
import os
import shutil
import threading
import zlib
from typing import Any

from .errors import NoSpaceError

# From this size on, a second thread computes the digest while this one writes.
_THREAD_FROM = 1024 * 1024

_PIECE = 8 * 1024 * 1024

ALIGNMENT = 64
"""Array data starts at a multiple of this many bytes, as numpy's own files do."""


class HashedFile:
    """Write ``folder/name`` through a temporary file; :meth:`commit` makes it visible.

    Used as a context manager: leaving without a commit removes the temporary file.
    ``digest`` is ``sha256:HEX`` of all bytes, ``size`` their number. A full disk is a :class:`NoSpaceError` that
    names ``value`` (what the user calls the thing that is written). ``guarded=False`` is for files of which nothing is
    ever executed: ``digest`` is ``crc32:HEX``, which tells damage at the speed of the memory, and no forgery.
    """

    def __init__(self, folder: str, name: str, value: str, guarded: bool = True) -> None:
        self._folder = folder
        self._path = os.path.join(folder, name)
        self._temporary = os.path.join(folder, f".{name}.{os.getpid()}.part")
        self._value = value
        self._hash: Any = hashlib.sha256() if guarded else _Crc()
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


class _Crc:
    """As the objects of :mod:`hashlib`."""

    name = "crc32"

    def __init__(self) -> None:
        self._sum = 0

    def update(self, data: Any) -> None:
        self._sum = zlib.crc32(data, self._sum)

    def hexdigest(self) -> str:
        return f"{self._sum:08x}"


def _free_bytes(folder: str) -> int:
    try:
        return shutil.disk_usage(folder).free
    except OSError:
        return 0


def file_digest(path: str) -> str:
    """``sha256:HEX`` of a file, read in pieces."""
    found = hashlib.sha256()
    with open(path, "rb", buffering=0) as file:
        while piece := file.read(_PIECE):
            found.update(piece)
    return f"sha256:{found.hexdigest()}"
