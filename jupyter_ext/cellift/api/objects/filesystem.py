"""``cellift://connection/bucket/key`` for fsspec, and so for pandas, polars, dask and Arrow.

Found by fsspec's own entry point (``fsspec.specs``). Built on the interface of ``AbstractFileSystem`` (fsspec's
documentation, "Creating new implementations").
"""

from __future__ import annotations

from typing import IO, Any

from fsspec.spec import AbstractFileSystem

from cellift.api.objects.handle import Data
from cellift.storage.api import ObjectInfo
from cellift.storage.errors import BucketNotEmptyError, NotFoundError, StorageError
from cellift.storage.links import SECONDS
from cellift.storage.removing import remove_in_groups
from cellift.storage.targets import SCHEME, Target, split_target
from cellift.storage.walk import entries, is_folder, objects


class CelliftFileSystem(AbstractFileSystem):  # type: ignore[misc]
    """Connections are the first level, buckets the second; what is written is there once the file is closed."""

    protocol = "cellift"
    cachable = False
    root_marker = ""

    @classmethod
    def _strip_protocol(cls, path: Any) -> Any:
        if isinstance(path, list):
            return [cls._strip_protocol(one) for one in path]
        return str(path).removeprefix(SCHEME).rstrip("/")

    def _open(self, path: str, mode: str = "rb", **_: Any) -> IO[bytes]:
        with _as_os_errors(path):
            return Data(split_target(path)).open(mode)

    def ls(self, path: str, detail: bool = True, **_: Any) -> list[Any]:
        """What is right below a path; FileNotFoundError when there is nothing."""
        path = self._strip_protocol(path)
        with _as_os_errors(path):
            found = self._below(path)
        return found if detail else [one["name"] for one in found]

    def info(self, path: str, **_: Any) -> dict[str, Any]:
        """Name, size, type, etag and time of one path; FileNotFoundError when there is nothing."""
        path = self._strip_protocol(path)
        target = split_target(path)
        with _as_os_errors(path):
            if not target.key:
                if target.bucket:
                    Data(target)._store().page(target.bucket, limit=1)
                return _folder(path)
            try:
                return _file(target, Data(target).stat())
            except NotFoundError:
                if is_folder(Data(target)._store(), target.bucket, target.folder):
                    return _folder(path)
                raise

    def find(
        self, path: str, maxdepth: int | None = None, withdirs: bool = False, detail: bool = False, **options: Any
    ) -> Any:
        """All objects below a path, by pages of the store and not folder by folder."""
        path = self._strip_protocol(path)
        target = split_target(path)
        if maxdepth is not None or withdirs or not target.bucket:
            return super().find(path, maxdepth=maxdepth, withdirs=withdirs, detail=detail, **options)
        with _as_os_errors(path):
            store = Data(target)._store()
            rows = [_file(target, one) for one in objects(store, target.bucket, target.folder) if one.key[-1:] != "/"]
            if not rows and target.key:
                try:
                    rows = [_file(target, Data(target).stat())]
                except NotFoundError:
                    pass
        return {row["name"]: row for row in rows} if detail else [row["name"] for row in rows]

    def cat_file(self, path: str, start: int | None = None, end: int | None = None, **_: Any) -> bytes:
        """The bytes of one object, or a range of them."""
        with _as_os_errors(path):
            one = Data(split_target(self._strip_protocol(path)))
            if start is None and end is None:
                return one.read_bytes()
            size = one.stat().size
            first = max(start + size if start is not None and start < 0 else start or 0, 0)
            last = size if end is None else end + size if end < 0 else min(end, size)
            return one.read_bytes(first, max(last - first, 0))

    def pipe_file(self, path: str, value: bytes, mode: str = "overwrite", **_: Any) -> None:
        """Write bytes as one object."""
        with _as_os_errors(path):
            Data(split_target(self._strip_protocol(path))).write_bytes(value, if_absent=mode == "create")

    def cp_file(self, path1: str, path2: str, **_: Any) -> None:
        """Copy an object; a folder has nothing to copy of its own."""
        with _as_os_errors(path1):
            if not self.isdir(path1):
                Data(split_target(self._strip_protocol(path1))).copy_to(Data(split_target(self._strip_protocol(path2))))

    def rm_file(self, path: str) -> None:
        """Remove one object."""
        with _as_os_errors(path):
            Data(split_target(self._strip_protocol(path))).remove()

    def rm(self, path: Any, recursive: bool = False, maxdepth: int | None = None) -> None:
        """Remove objects, many at a time; with *recursive*, all below."""
        groups: dict[tuple[str, str], list[str]] = {}
        for one in self.expand_path(path, recursive=recursive, maxdepth=maxdepth):
            target = split_target(one)
            if target.key and not self.isdir(one):
                groups.setdefault(target[:2], []).append(target.key)
        for (connection, bucket), keys in groups.items():
            store = Data(Target(connection, bucket, ""))._store()
            for _, failed in remove_in_groups(store, bucket, keys):
                if failed:
                    raise OSError(f"{len(failed)} objects were not removed: {next(iter(failed.values()))}")

    def mkdir(self, path: str, *_: Any, **__: Any) -> None:
        """Make a bucket; folders need none."""
        target = split_target(self._strip_protocol(path))
        if target.bucket and not target.key:
            with _as_os_errors(path):
                Data(target).make_bucket()

    def makedirs(self, path: str, exist_ok: bool = False) -> None:
        """Make the bucket of a path."""
        try:
            self.mkdir("/".join(split_target(self._strip_protocol(path))[:2]))
        except FileExistsError:
            if not exist_ok:
                raise

    def rmdir(self, path: str) -> None:
        """Remove an empty bucket; folders vanish with their last object."""
        target = split_target(self._strip_protocol(path))
        if target.bucket and not target.key:
            with _as_os_errors(path):
                Data(target)._store().remove_bucket(target.bucket)

    def sign(self, path: str, expiration: int = SECONDS, **_: Any) -> str:
        """A link that works for so many seconds without credentials."""
        with _as_os_errors(path):
            return Data(split_target(self._strip_protocol(path))).share(expiration)

    def created(self, path: str) -> Any:
        """When it was written: objects are never changed."""
        return self.modified(path)

    def modified(self, path: str) -> Any:
        """When it was written (UTC)."""
        return self.info(path)["LastModified"]

    def _below(self, path: str) -> list[dict[str, Any]]:
        target = split_target(path)
        if not target.connection:
            from cellift.storage.connections.opening import connection_names

            return [_folder(name) for name in connection_names()]
        store = Data(target)._store()
        if not target.bucket:
            return [_folder(f"{target.connection}/{one.name}") for one in store.buckets()]
        at = f"{target.connection}/{target.bucket}/"
        rows = [
            _folder((at + row.name).rstrip("/")) if row.info is None else _file(target, row.info)
            for row in entries(store, target.bucket, target.folder)
            if row.name != target.folder
        ]
        if not rows and target.key and not is_folder(store, target.bucket, target.folder):
            return [_file(target, Data(target).stat())]  # one object, or NotFoundError
        return rows


class _as_os_errors:  # noqa: N801 - a context, named as it reads
    """Errors of the store as those of the operating system that fsspec's users expect."""

    def __init__(self, path: str) -> None:
        self._path = path

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: Any, error: BaseException | None, trace: Any) -> None:
        if not isinstance(error, StorageError):
            return
        from cellift.storage.errors import AccessError, BucketExistsError, ConditionError

        for ours, theirs in (
            (NotFoundError, FileNotFoundError),
            (AccessError, PermissionError),
            (BucketExistsError, FileExistsError),
            (ConditionError, FileExistsError),
            (BucketNotEmptyError, OSError),
        ):
            if isinstance(error, ours):
                raise theirs(str(error)) from error


def _folder(path: str) -> dict[str, Any]:
    return {"name": path, "size": 0, "type": "directory"}


def _file(target: Target, info: ObjectInfo) -> dict[str, Any]:
    name = f"{target.connection}/{target.bucket}/{info.key}"
    return {"name": name, "size": info.size, "type": "file", "ETag": info.etag, "LastModified": info.modified}
