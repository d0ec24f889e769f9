"""Moving one object: between stores, from a file, to a file. What is reported as done has been verified.

Memory is bounded by a few pieces, whatever the size. *moved* is called with the bytes of each piece that has arrived;
what it raises ends the transfer (CancelledError is meant for that), and nothing is left of it.
"""

from __future__ import annotations

import io
import os
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

from cellift.storage.api import PIECE, Condition, Feature, ObjectInfo
from cellift.storage.checking import Check, checking, mismatch
from cellift.storage.content_types import content_type_of
from cellift.storage.errors import (
    ChangedError,
    StorageError,
    TruncatedError,
    UnreachableError,
    UnsupportedError,
)
from cellift.storage.partial import partial_file
from cellift.storage.place import Place
from cellift.storage.shown import quoted

Moved = Callable[[int], None]


class Attributes(NamedTuple):
    """What is given to a copy beside its bytes: a content type (empty: that of the source), and more metadata."""

    content_type: str = ""
    metadata: Mapping[str, str] = {}


def nothing(_: object) -> None:
    """Do nothing: where nobody wants to hear of it."""


def upload(
    path: Path,
    to: Place,
    *,
    condition: Condition | None = None,
    moved: Moved = nothing,
    attributes: Attributes | None = None,
) -> ObjectInfo:
    """Write a file as an object; its content type is what the key's name tells, unless *attributes* say another.

    Raises ChangedError, and writes nothing, when the file changes meanwhile. What is no regular file (a pipe) is read
    to its end. Raises OSError for the file, StorageError for the store.
    """
    with path.open("rb", buffering=0) as file:
        before = os.fstat(file.fileno())
        size = before.st_size if path.is_file() else None
        # No more than it needs: each of a thousand small files would have its own MiB.
        buffer = PIECE if size is None else max(min(size, PIECE), 1)
        with io.BufferedReader(_UnchangedFile(file, path, size), buffer) as source:
            written = to.store.write(
                to.bucket,
                to.key,
                source,
                size=size,
                content_type=(attributes.content_type if attributes else "") or content_type_of(to.key),
                metadata=(attributes.metadata if attributes else None) or None,
                condition=condition,
                moved=moved,
            )
    if size is not None:
        _check_size(written, size, str(to))
    return written


def download(source: Place, path: Path, *, moved: Moved = nothing, found: ObjectInfo | None = None) -> ObjectInfo:
    """Write an object as a file, whole or not at all; folders that are missing are made.

    What an earlier try has brought of this very object (by its etag) is kept beside *path* and not asked for again: it
    counts as moved at once. An error keeps it; a cancelled transfer, or another object of the same name, removes it.

    *found* is what the store tells of the object, where it was asked just now; ChangedError when it is another by then.
    """
    if found is None:
        found = source.store.stat(source.bucket, source.key)
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.is_dir():
        raise IsADirectoryError(21, "it is a folder, and the object would be a file of this name", str(path))
    identity = f"{source.bucket}/{source.key}\n{found.etag}\n{found.size}"
    with partial_file(path, identity) as part, checking(source, found, lambda: steady(source, found)) as check:
        start = part.start if part.start <= found.size else part.restart()
        if start:
            for piece in part.pieces():
                check.update(piece)
            moved(start)
        for piece in steady(source, found, start=start):
            part.write(piece)
            check.update(piece)
            moved(len(piece))
        try:
            _check_size(found, part.size(), str(source))
            check.verify(found)
        except StorageError:
            part.restart()
            raise
        part.put()
    return found


def copy(
    source: Place,
    to: Place,
    *,
    condition: Condition | None = None,
    moved: Moved = nothing,
    warn: Callable[[str], None] = nothing,
    attributes: Attributes | None = None,
) -> ObjectInfo:
    """Copy an object: by the store itself within one connection, else in pieces through this machine.

    Content type and metadata come with it where the other store keeps them; *warn* is told when it does not. Metadata
    of *attributes* is added, and takes the place of what has the same name: an object may be copied onto itself then.
    """
    if source.connection == to.connection and attributes is None:
        copied = source.store.copy(source.bucket, source.key, to.bucket, to.key, condition=condition)
        moved(copied.size)
        return copied
    found = source.store.stat(source.bucket, source.key)
    keeps = Feature.METADATA in to.store.features
    if found.metadata and not keeps:
        warn(f"{source}: its metadata ({', '.join(sorted(found.metadata))}) is left out: {to.connection} keeps none.")
    content_type, metadata = found.content_type, dict(found.metadata)
    if attributes is not None:
        content_type, metadata = attributes.content_type or content_type, metadata | dict(attributes.metadata)
        if found.tags:
            warn(f"{source}: its tags ({', '.join(sorted(found.tags))}) are left out.")
        if attributes.metadata and not keeps:
            raise UnsupportedError(f"{quoted(to.connection)} keeps no metadata: leave the attributes out.")
    with (
        checking(source, found, lambda: steady(source, found)) as check,
        closing(steady(source, found)) as pieces,
    ):
        reader = io.BufferedReader(_Verified(pieces, check, found), PIECE)
        written = to.store.write(
            to.bucket,
            to.key,
            reader,
            size=found.size,
            content_type=content_type if keeps else "",
            metadata=metadata if keeps else None,
            condition=condition,
            moved=moved,
        )
    _check_size(written, found.size, str(to))
    for name, wanted in found.checksums.items():
        if written.checksums.get(name, wanted) != wanted:
            raise mismatch(name, str(to))
    return written


def steady(
    source: Place, found: ObjectInfo, *, start: int = 0, length: int | None = None
) -> Generator[bytes, None, None]:
    """Give the bytes of the object that was found, and go on where a connection broke, as long as something comes."""
    end = found.size if length is None else min(start + length, found.size)
    place = start
    while place < end:
        before = place
        try:
            with closing(
                source.store.read(source.bucket, source.key, start=place, length=end - place, etag=found.etag)
            ) as pieces:
                for piece in pieces:
                    place += len(piece)
                    yield piece
        except (TruncatedError, UnreachableError):
            if place == before:
                raise
        else:
            if place < end:
                raise TruncatedError(f"{source} ended after {place} of {found.size} bytes. Try again.")


def whole(source: Place, found: ObjectInfo) -> Generator[bytes, None, None]:
    """Give all bytes as `steady`, but the last piece only when the checksum is right: else ChecksumError comes instead.

    For who passes pieces on while they come: what has no end is not taken for the whole.
    """
    with checking(source, found, lambda: steady(source, found)) as check, closing(steady(source, found)) as pieces:
        held = next(pieces, b"")
        for piece in pieces:
            check.update(held)
            yield held
            held = piece
        check.update(held)
        check.verify(found)
        if held:
            yield held


class _UnchangedFile(io.RawIOBase):
    """A file that must stay as it is until its last byte is read; else an object would be made of two states of it."""

    def __init__(self, file: io.FileIO, path: Path, size: int | None) -> None:
        self._file = file
        self._path = path
        self._size = size
        self._count = 0
        self._before = self._state()

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        count = self._file.readinto(buffer) or 0
        self._count += count
        # Asked with the last piece: the store has not got all of it yet, and makes nothing of it.
        if self._size is not None and self._count >= self._size and self._state() != self._before:
            raise ChangedError(
                f"{quoted(str(self._path))} was changed while it was read. Nothing was written: try again."
            )
        return count

    def _state(self) -> tuple[int, int]:
        state = os.fstat(self._file.fileno())
        return state.st_size, state.st_mtime_ns


class _Verified(io.RawIOBase):
    """The pieces of an object as a file. The end is told only when the checksum is right."""

    def __init__(self, pieces: Iterator[bytes], check: Check, found: ObjectInfo) -> None:
        self._pieces = pieces
        self._check = check
        self._found = found
        self._rest = memoryview(b"")
        self._left = found.size

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        if not self._rest:
            piece = next(self._pieces, b"")
            if piece:
                self._check.update(piece)
            self._left -= len(piece)
            if self._left == 0:
                # Before the last piece is given: a store that counts may take it for the end.
                self._check.verify(self._found)
            self._rest = memoryview(piece)
        count = min(len(buffer), len(self._rest))
        buffer[:count] = self._rest[:count]
        self._rest = self._rest[count:]
        return count


def _check_size(info: ObjectInfo, size: int, place: str) -> None:
    if info.size != size:
        raise TruncatedError(f"{place}: {size} bytes have arrived, and {info.size} were expected. Try again.")
