"""A connection, bucket, folder or object, by name. Nothing is asked of a store before a method needs it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, TextIO, cast

from cellift.api.objects.opened import opened
from cellift.api.objects.uris import target_of, uri_of
from cellift.storage.errors import BadNameError, NotFoundError, StorageError
from cellift.storage.links import SECONDS
from cellift.storage.shown import quoted
from cellift.storage.targets import Target, split_key

if TYPE_CHECKING:
    from cellift.api.objects.listing import Listing
    from cellift.storage.api import Condition, ObjectInfo, Store
    from cellift.storage.place import Place


def data(target: str | Data = "local") -> Data:
    """Return what *target* names: ``connection/bucket/key``, a part of that, or a URI (``s3://bucket/key``).

    A key that ends with a slash is a folder. Raises StorageError when the text cannot mean anything; whether the thing
    is there is found out when it is used.
    """
    return target if isinstance(target, Data) else Data(target_of(os.fspath(target)))


class Data:
    """See `data`. All methods raise StorageError (a sentence, and the server's code in ``code``)."""

    def __init__(self, target: Target, info: ObjectInfo | None = None) -> None:
        self._target = target
        self._info = info

    # --- names
    @property
    def connection(self) -> str:
        """Name of the connection."""
        return self._target.connection

    @property
    def bucket(self) -> str:
        """Name of the bucket; empty for a connection."""
        return self._target.bucket

    @property
    def key(self) -> str:
        """The key; empty for a connection or bucket."""
        return self._target.key

    @property
    def name(self) -> str:
        """The last part of the name; with a slash for what holds others."""
        if self.key:
            return self.key[self.key[:-1].rfind("/") + 1 :]
        return f"{self.bucket or self.connection}/"

    @property
    def uri(self) -> str:
        """``cellift://connection/bucket/key``, which pandas and others take where fsspec is installed."""
        return uri_of(self._target)

    @property
    def parent(self) -> Data:
        """What this is in."""
        connection, bucket, key = self._target
        if key:
            return Data(Target(connection, bucket, key[: key[:-1].rfind("/") + 1]))
        return Data(Target(connection, "", ""))

    def __truediv__(self, name: str) -> Data:
        """``data / "name"``: a bucket of a connection, or what is below a bucket or folder."""
        connection, bucket, _ = self._target
        if not name or name.startswith("/"):
            raise BadNameError(f"{quoted(name)} cannot be put after {self}: it needs a name without a slash in front.")
        if not bucket:
            return Data(Target(connection, *split_key(name)))
        return Data(Target(connection, bucket, self._target.folder + name))

    def __str__(self) -> str:
        return str(self._target)

    def __repr__(self) -> str:
        return f"cellift.data({str(self)!r})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Data) and self._target == other._target

    def __hash__(self) -> int:
        return hash(self._target)

    # --- as it was listed
    @property
    def size(self) -> int | None:
        """Bytes, as they were listed; None for what was not listed, or is no object. `stat` asks the store."""
        return self._info.size if self._info is not None else None

    @property
    def modified(self) -> datetime | None:
        """When it was written (UTC), as `size`."""
        return self._info.modified if self._info is not None else None

    # --- what there is
    def ls(self, *, recursive: bool = False) -> Listing:
        """What is in it; with *recursive*, objects at any depth. Fetched page by page, while it is read."""
        from cellift.api.objects.listing import Listing

        return Listing(lambda: self._children(recursive), str(self), self._target.folder)

    def __iter__(self) -> Iterator[Data]:
        return self._children(False)

    def exists(self) -> bool:
        """Whether there is such an object, or anything in such a folder, or such a bucket or connection."""
        from cellift.storage.walk import is_folder

        store = self._store()
        try:
            if not self.bucket:
                store.buckets()
                return True
            if not self.key or self.key.endswith("/"):
                return is_folder(store, self.bucket, self.key) or not self.key
            store.stat(self.bucket, self.key)
        except NotFoundError:
            return False
        return True

    def stat(self, version: str | None = None) -> ObjectInfo:
        """All that is known of the object: size, type, etag, metadata, tags, checksums, version."""
        place = self._place()
        return place.store.stat(place.bucket, place.key, version=version)

    def versions(self) -> list[ObjectInfo]:
        """The versions of the object and its delete markers, the newest first; empty where the bucket keeps none."""
        place = self._place()
        return place.store.versions(place.bucket, place.key)

    # --- bytes
    def open(self, mode: str = "rb", *, encoding: str | None = None, if_match: str | None = None) -> IO[Any]:
        """Open it as a file: ``rb`` and ``r`` (seekable, read by ranges), ``wb`` and ``w``, ``xb`` and ``x``.

        What is written is an object once the file is closed, and nothing when the block ends with an error. With
        ``x``, it must be new, with *if_match* still have this etag (ConditionError).
        """
        import io

        from cellift.api.objects.reading import open_reader
        from cellift.api.objects.writing import ObjectWriter, TextWriter
        from cellift.storage.api import Condition

        kind = mode.replace("b", "").replace("t", "")
        if kind not in ("r", "w", "x") or len(mode) > 2 or ("b" in mode and "t" in mode):
            raise ValueError(f"the mode {mode!r} is not one of r, rb, w, wb, x, xb: objects cannot be appended to")
        binary = "b" in mode
        if binary and encoding is not None:
            raise ValueError("bytes have no encoding: leave it out, or the b of the mode")
        place = self._place()
        if kind == "r":
            reader = open_reader(place)
            return reader if binary else cast(TextIO, io.TextIOWrapper(reader, encoding or "utf-8"))
        condition = Condition(absent=True) if kind == "x" else Condition(etag=if_match) if if_match else None
        writer = ObjectWriter(place, condition)
        return cast(IO[Any], writer if binary else TextWriter(writer, encoding or "utf-8", write_through=True))

    def read_bytes(self, start: int = 0, length: int | None = None) -> bytes:
        """All bytes, verified by the object's checksum where the store has one; or *length* of them from *start* on."""
        from contextlib import closing

        from cellift.storage.transfer import steady, whole

        place = self._place()
        found = place.store.stat(place.bucket, place.key)
        is_part = start != 0 or length is not None
        with closing(steady(place, found, start=start, length=length) if is_part else whole(place, found)) as pieces:
            return b"".join(pieces)

    def read_text(self, encoding: str = "utf-8") -> str:
        """All of it as text."""
        return self.read_bytes().decode(encoding)

    def write_bytes(self, content: bytes, *, if_match: str | None = None, if_absent: bool = False) -> ObjectInfo:
        """Make it the object's content; *if_match*: only over this etag; *if_absent*: only when there is none."""
        import io

        from cellift.storage.content_types import content_type_of

        place = self._place()
        return place.store.write(
            place.bucket,
            place.key,
            io.BytesIO(content),
            size=len(content),
            content_type=content_type_of(place.key),
            condition=_condition(if_match, if_absent),
        )

    def write_text(
        self, text: str, encoding: str = "utf-8", *, if_match: str | None = None, if_absent: bool = False
    ) -> ObjectInfo:
        """As `write_bytes`, of text."""
        return self.write_bytes(text.encode(encoding), if_match=if_match, if_absent=if_absent)

    # --- tables
    def to_pandas(self, **options: Any) -> Any:
        """A ``pandas.DataFrame`` of a CSV, TSV, JSON, Parquet, Feather or Excel object; *options* are pandas' own."""
        from cellift.api.objects.frames import to_pandas

        with self.open("rb") as file:
            return to_pandas(file, self.key, options)

    def to_polars(self, **options: Any) -> Any:
        """A ``polars.DataFrame``, as `to_pandas`."""
        from cellift.api.objects.frames import to_polars

        with self.open("rb") as file:
            return to_polars(file, self.key, options)

    def to_arrow(self, **options: Any) -> Any:
        """A ``pyarrow.Table`` of a Parquet, Feather, CSV, TSV or JSON lines object."""
        from cellift.api.objects.frames import to_arrow

        with self.open("rb") as file:
            return to_arrow(file, self.key, options)

    # --- whole objects and folders
    def upload(self, path: str | os.PathLike[str], *, progress: bool = True) -> Data:
        """Copy a file or folder here; returns what it became. A key that ends with a slash (or none) is put into."""
        from cellift.api.objects.moving import bring

        source = Path(path)
        to = self / source.name if not self.key or self.key.endswith("/") else self
        bring(source, to._target, progress=progress)
        return to

    def download(self, path: str | os.PathLike[str] = ".", *, progress: bool = True) -> Path:
        """Copy the object or folder to this machine; into *path* when that is a folder, else by that name."""
        from cellift.api.objects.moving import fetch

        return fetch(self._target, Path(path), progress=progress)

    def copy_to(self, to: str | Data) -> Data:
        """Copy the object; by the store itself within one connection. Returns the copy."""
        from cellift.storage.transfer import copy

        other = data(to)
        if not other.key or other.key.endswith("/"):
            other = other / self.name
        copy(self._place(), other._place())
        return other

    def remove(self, *, recursive: bool = False) -> int:
        """Remove the object; with *recursive*, all below a folder. Returns how many there were to remove."""
        from cellift.storage.removing import remove_in_groups
        from cellift.storage.walk import objects

        if not recursive:
            place = self._place()
            place.store.remove(place.bucket, place.key)
            return 1
        if not self.bucket:
            raise BadNameError(f"{self} is a whole connection: name a bucket.")
        store, count = self._store(), 0
        keys = (one.key for one in objects(store, self.bucket, self._target.folder))
        for gone, failed in remove_in_groups(store, self.bucket, keys):
            if failed:
                key, reason = next(iter(failed.items()))
                raise StorageError(f"{len(failed)} objects were not removed. {quoted(key)}: {reason}")
            count += len(gone)
        return count

    def make_bucket(self) -> Data:
        """Make the bucket; BucketExistsError when it is there."""
        self._store().make_bucket(self.bucket)
        return self

    def share(self, seconds: int = SECONDS, *, upload: bool = False) -> str:
        """A link that works for so long without credentials: whoever has it can read (or *upload*) the object.

        It is a secret as long as it works: an output cell that shows it is saved with the notebook.
        """
        from cellift.storage.links import link

        return link(self._place(), seconds=seconds, upload=upload)

    # --- other libraries
    def minio(self) -> Any:
        """A ``minio.Minio`` client for the connection, with its keys."""
        from cellift.api.objects.clients import minio_client

        return minio_client(self.connection)

    def boto3(self) -> Any:
        """A boto3 S3 client for the connection, with its keys."""
        from cellift.api.objects.clients import boto3_client

        return boto3_client(self.connection)

    # --- within
    def _store(self) -> Store:
        return opened(self.connection)

    def _place(self) -> Place:
        from cellift.storage.place import Place

        if not self.bucket or not self.key:
            raise BadNameError(f"{self} is no object: write CONNECTION/bucket/key.")
        return Place(self._store(), *self._target)

    def _children(self, recursive: bool) -> Iterator[Data]:
        from cellift.storage.walk import entries, objects

        store = self._store()
        connection, bucket, _ = self._target
        if not bucket:
            for one in store.buckets():
                yield Data(Target(connection, one.name, ""))
            return
        folder = self._target.folder
        if recursive:
            for info in objects(store, bucket, folder):
                yield Data(Target(connection, bucket, info.key), info)
            return
        for row in entries(store, bucket, folder):
            if row.name != folder:
                yield Data(Target(connection, bucket, row.name), row.info)


def _condition(if_match: str | None, if_absent: bool) -> Condition | None:
    from cellift.storage.api import Condition

    if if_match and if_absent:
        raise ValueError("an object cannot be absent and have an etag: give if_match or if_absent")
    return Condition(etag=if_match) if if_match else Condition(absent=True) if if_absent else None
