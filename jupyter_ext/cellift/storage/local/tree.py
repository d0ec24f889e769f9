"""The store over the local tree: ``ROOT/BUCKET/KEY``."""

from __future__ import annotations

import errno
import os
import stat as modes
import time
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, BinaryIO, NoReturn

from cellift.storage.api import MOST_KEYS, PAGE, PIECE, Bucket, Condition, ObjectInfo, Page
from cellift.storage.content_types import UNKNOWN, content_type_of
from cellift.storage.errors import (
    BadNameError,
    BucketExistsError,
    BucketNotEmptyError,
    ChangedError,
    ConditionError,
    NoSuchBucketError,
    NotFoundError,
    StorageError,
    TruncatedError,
    UnsupportedError,
)
from cellift.storage.local.folders import FOLDER, blocking, is_missing, opened, prune
from cellift.storage.local.listing import info_of, marker_of, page_of
from cellift.storage.local.names import check_bucket, check_key, is_bucket
from cellift.storage.local.sorted_names import SortedNames
from cellift.storage.local.staging import Staged, committing, staged, sweep
from cellift.storage.local.trouble import told
from cellift.storage.shown import quoted

_READ = os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK  # a pipe that was put there does not block
# Bytes that the system copies in one call: some file systems copy really, and a signal should be heard meanwhile.
_COPY_AT_ONCE = 64 << 20


class LocalTree:
    """A `Store` whose buckets are folders in *root* (made with the first bucket) and whose objects are files.

    Other programs may read and change the files; what they write in place is seen by its time and size. Differences
    from S3: a key cannot be an object and a folder at once; an empty folder is its own marker object (``folder/``),
    which is gone as soon as the folder holds something, and with the last object in it; no metadata, tags, versions.
    """

    features: frozenset[str] = frozenset()

    def __init__(self, root: Path) -> None:
        self._root = root
        self._names = SortedNames()
        self._swept = False

    def __repr__(self) -> str:
        return f"LocalTree({str(self._root)!r})"

    @property
    def location(self) -> Path:
        """The folder that the buckets are in."""
        return self._root

    # --- buckets
    def buckets(self) -> list[Bucket]:
        """All folders in the root whose names S3 allows. A folder does not say when it was made."""
        try:
            with told("listed", "local"), os.scandir(self._root) as entries:
                names = [one.name for one in entries if is_bucket(one.name) and one.is_dir(follow_symlinks=False)]
        except StorageError as error:
            if isinstance(error.__cause__, FileNotFoundError):
                return []
            raise
        return [Bucket(name) for name in sorted(names)]

    def make_bucket(self, bucket: str) -> None:
        """Make the folder."""
        check_bucket(bucket)
        with told("made", bucket):
            self._root.mkdir(mode=0o700, parents=True, exist_ok=True)
            try:
                (self._root / bucket).mkdir()
            except FileExistsError:
                raise BucketExistsError(f"The bucket {quoted(bucket)} is there already.") from None

    def remove_bucket(self, bucket: str) -> None:
        """Remove the folder if nothing is in it, be it an object or not."""
        with self._bucket(bucket) as folder, self._committing(bucket), told("removed", bucket):
            with os.scandir(folder) as entries:
                left = min((entry.name for entry in entries), default=None)
            if left is not None:
                raise BucketNotEmptyError(
                    f"The bucket {quoted(bucket)} is not empty: it holds {quoted(left)}. Remove what is in it first."
                )
            (self._root / bucket).rmdir()

    # --- listing
    def page(
        self, bucket: str, prefix: str = "", *, token: str | None = None, limit: int = PAGE, recursive: bool = False
    ) -> Page:
        """As in S3; links, and files whose names no key can have, are left out."""
        if not 1 <= limit <= MOST_KEYS:
            raise StorageError(f"A page of {limit} keys cannot be had: 1 to {MOST_KEYS}.", "InvalidArgument")
        with self._bucket(bucket) as folder, told("listed", bucket, prefix):
            return page_of(folder, self._names, prefix, token, limit, recursive=recursive)

    def versions(self, bucket: str, key: str) -> list[ObjectInfo]:
        """None: the tree keeps no versions."""
        with self._bucket(bucket):
            check_key(key)
            return []

    def all_versions(self, bucket: str, prefix: str = "", *, recursive: bool = False) -> Iterator[Page]:  # noqa: ARG002
        """Refused: the tree keeps no versions."""
        raise UnsupportedError("The local tree keeps no versions: ask for the objects.")

    # --- objects
    def stat(self, bucket: str, key: str, *, version: str | None = None) -> ObjectInfo:
        """The file's size and time, and the content type that its name tells."""
        _refuse_version(version)
        with self._bucket(bucket) as folder:
            found = self._look(folder, bucket, key)
        if found is None:
            raise _not_found(bucket, key)
        return replace(found, content_type=UNKNOWN if key.endswith("/") else content_type_of(key))

    def read(
        self,
        bucket: str,
        key: str,
        *,
        start: int = 0,
        length: int | None = None,
        version: str | None = None,
        etag: str | None = None,
    ) -> Generator[bytes, None, None]:
        """The file's bytes. One that is replaced meanwhile is read to its end; one that is changed, ChangedError."""
        _refuse_version(version)
        if key.endswith("/"):
            found = self.stat(bucket, key)
            if etag not in (None, found.etag):
                raise _changed(bucket, key)
            return
        with self._file(bucket, key) as (file, before), told("read", bucket, key):
            if etag not in (None, info_of(key, before).etag):
                raise _changed(bucket, key)
            end = before.st_size if length is None else min(start + length, before.st_size)
            place = start
            while place < end:
                piece = os.pread(file, min(PIECE, end - place), place)
                # Asked before the piece is given: who got all pieces may rely on them.
                after = os.fstat(file)
                if len(piece) == 0 or after.st_size < end:
                    raise TruncatedError(
                        f"{quoted(f'{bucket}/{key}')} was cut off while it was read, at byte {place + len(piece)} of "
                        f"{before.st_size}. Read it again."
                    )
                if info_of(key, after).etag != info_of(key, before).etag:
                    raise _changed(bucket, key)
                place += len(piece)
                yield piece

    def write(
        self,
        bucket: str,
        key: str,
        source: BinaryIO,
        *,
        size: int | None = None,
        content_type: str = "",  # noqa: ARG002 - told by the name here
        metadata: Mapping[str, str] | None = None,
        condition: Condition | None = None,
        moved: Callable[[int], None] = lambda _: None,
    ) -> ObjectInfo:
        """Write a file beside the buckets, bring it to the disk, and rename it to its place."""
        if metadata:
            raise UnsupportedError("The local tree keeps no metadata: leave it out, or use a MinIO or S3 connection.")
        segments = check_key(key)
        with self._bucket(bucket) as folder:
            # Before the bytes are moved: most of what can be wrong is known now.
            self._check_place(folder, bucket, key, segments)
            self._check_condition(folder, bucket, key, condition)
            if not segments[-1]:
                if source.read(1):
                    raise BadNameError(
                        f"{quoted(key)} stands for a folder, which has no bytes. Leave out the slash at its end."
                    )
                return self._make_folder(folder, bucket, key, segments, condition)
            with self._staged(bucket, key) as draft:
                self._fill(draft, source, size, bucket, key, moved)
                return self._put(draft, folder, bucket, key, segments, condition)

    def copy(
        self, bucket: str, key: str, to_bucket: str, to_key: str, *, condition: Condition | None = None
    ) -> ObjectInfo:
        """Let the system copy the file: no bytes pass through here, and some file systems share the blocks."""
        segments = check_key(to_key)
        if (bucket, key) == (to_bucket, to_key):
            raise StorageError(f"{quoted(f'{bucket}/{key}')} cannot be copied to itself.", "InvalidRequest")
        with self._bucket(to_bucket) as folder:
            self._check_place(folder, to_bucket, to_key, segments)
            if key.endswith("/") or not segments[-1]:
                self.stat(bucket, key)
                if not (key.endswith("/") and not segments[-1]):
                    raise BadNameError(f"A folder's marker can only be copied to one: not {quoted(to_key)}.")
                return self._make_folder(folder, to_bucket, to_key, segments, condition)
            with self._file(bucket, key) as (file, before), self._staged(to_bucket, to_key) as draft:
                with told("copied", bucket, key):
                    _copy_bytes(file, draft.file)
                    after = os.fstat(file)
                    size = os.fstat(draft.file).st_size
                if info_of(key, after).etag != info_of(key, before).etag or size != before.st_size:
                    raise _changed(bucket, key)
                return self._put(draft, folder, to_bucket, to_key, segments, condition)

    def remove(self, bucket: str, key: str, *, version: str | None = None) -> None:
        """Remove the file, and the folders that are empty then."""
        _refuse_version(version)
        check_key(key)
        with self._bucket(bucket) as folder, self._committing(bucket, key):
            self._remove(folder, bucket, key)

    def remove_many(self, bucket: str, keys: Sequence[str]) -> dict[str, str]:
        """One after the other, while nobody else changes anything."""
        if len(keys) > MOST_KEYS:
            raise StorageError(f"{len(keys)} keys at once are too many: {MOST_KEYS} at most.", "InvalidArgument")
        failed: dict[str, str] = {}
        with self._bucket(bucket) as folder, self._committing(bucket):
            for key in keys:
                try:
                    self._remove(folder, bucket, key)
                except StorageError as error:
                    failed[key] = str(error)
        return failed

    def etag_sum(self, *_: Any, **__: Any) -> None:
        """None: etags are made of a file's time, size and inode."""

    def learn_etag(self, *_: Any, **__: Any) -> None:
        """Nothing to learn."""

    def share(self, bucket: str, key: str, *, seconds: int, upload: bool = False) -> NoReturn:  # noqa: ARG002
        """Not here: nothing serves the tree."""
        raise UnsupportedError("The local tree has no links to share: nobody serves it. Use a MinIO or S3 connection.")

    # --- parts of the above
    @contextmanager
    def _bucket(self, bucket: str) -> Iterator[int]:
        check_bucket(bucket)
        missing = False
        with told("opened", bucket):
            try:
                folder = os.open(self._root / bucket, FOLDER)
            except OSError as error:
                if not is_missing(error):
                    raise
                missing = True
        if missing:
            raise NoSuchBucketError(f"There is no bucket {quoted(bucket)} in the local tree.")
        try:
            yield folder
        finally:
            os.close(folder)

    @contextmanager
    def _file(self, bucket: str, key: str) -> Iterator[tuple[int, os.stat_result]]:
        segments = check_key(key)
        file = None
        try:
            with self._bucket(bucket) as folder, told("read", bucket, key):
                try:
                    with opened(folder, segments[:-1]) as above:
                        file = os.open(segments[-1], _READ, dir_fd=above)
                        state = os.fstat(file)
                except OSError as error:
                    if not is_missing(error):
                        raise
            if file is None or not modes.S_ISREG(state.st_mode):
                raise _not_found(bucket, key)
            yield file, state
        finally:
            if file is not None:
                os.close(file)

    def _look(self, folder: int, bucket: str, key: str) -> ObjectInfo | None:
        """The object without its content type; None when there is none."""
        segments = check_key(key)
        with told("looked at", bucket, key):
            try:
                if not segments[-1]:
                    with opened(folder, segments[:-1]) as marked:
                        return marker_of(key, os.fstat(marked)) if not self._names.of(marked) else None
                with opened(folder, segments[:-1]) as above:
                    state = os.stat(segments[-1], dir_fd=above, follow_symlinks=False)
            except OSError as error:
                if is_missing(error):
                    return None
                raise
        return info_of(key, state) if modes.S_ISREG(state.st_mode) else None

    def _remove(self, folder: int, bucket: str, key: str) -> None:
        if self._look(folder, bucket, key) is None:
            return
        names = key.rstrip("/").split("/")
        with told("removed", bucket, key):
            with opened(folder, names[:-1]) as above:
                if key.endswith("/"):
                    os.rmdir(names[-1], dir_fd=above)
                else:
                    os.unlink(names[-1], dir_fd=above)
            prune(folder, names[:-1])

    def _check_place(self, folder: int, bucket: str, key: str, segments: Sequence[str]) -> None:
        """Raise when a key is an object where another one has a folder, or the other way round."""
        names = segments if segments[-1] else segments[:-1]
        with told("written", bucket, key):
            found = blocking(folder, names[:-1] if segments[-1] else names)
            if found is None and segments[-1]:
                self._check_file(folder, key, names)
        if found is not None:
            before = quoted("/".join(names[: found[0]]))
            what = "is a link, which is not followed" if modes.S_ISLNK(found[1]) else "is an object, and no folder"
            raise BadNameError(
                f"The local tree cannot have {quoted(key)}: {before} {what}. Use another name, or remove that first.",
                "XMinioParentIsObject",
            )

    def _check_file(self, folder: int, key: str, names: Sequence[str]) -> None:
        try:
            with opened(folder, names[:-1]) as above:
                mode = os.stat(names[-1], dir_fd=above, follow_symlinks=False).st_mode
        except FileNotFoundError:
            return
        if not modes.S_ISREG(mode):
            what = "is a folder with other objects" if modes.S_ISDIR(mode) else "is a link or a device"
            raise BadNameError(
                f"The local tree cannot have the object {quoted(key)}: it {what}. Use another name, or remove that.",
                "XMinioObjectExistsAsDirectory",
            )

    def _check_condition(self, folder: int, bucket: str, key: str, condition: Condition | None) -> None:
        if condition is None or condition == Condition():
            return
        found = self._look(folder, bucket, key)
        if condition.absent and found is not None:
            raise ConditionError(f"{quoted(f'{bucket}/{key}')} is there already.")
        if condition.etag is not None and (found is None or found.etag != condition.etag):
            what = "is gone" if found is None else "was changed meanwhile"
            raise ConditionError(f"{quoted(f'{bucket}/{key}')} {what}: it is not what you saw. Look at it again.")

    @contextmanager
    def _staged(self, bucket: str, key: str) -> Iterator[Staged]:
        with ExitStack() as stack:
            with told("written", bucket, key):
                root = stack.enter_context(self._opened_root())
                if not self._swept:
                    self._swept = True
                    sweep(root)
                draft = stack.enter_context(staged(root))
            yield draft  # outside: what the source raises is told as it is

    @contextmanager
    def _committing(self, bucket: str, key: str = "") -> Iterator[None]:
        with ExitStack() as stack:
            with told("changed", bucket, key):
                stack.enter_context(committing(stack.enter_context(self._opened_root())))
            yield

    @contextmanager
    def _opened_root(self) -> Iterator[int]:
        root = os.open(self._root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            yield root
        finally:
            os.close(root)

    def _fill(
        self,
        draft: Staged,
        source: BinaryIO,
        size: int | None,
        bucket: str,
        key: str,
        moved: Callable[[int], None],
    ) -> None:
        count = 0
        while size is None or count < size:
            piece = source.read(PIECE if size is None else min(PIECE, size - count))
            if not piece:
                break
            rest = memoryview(piece)
            with told("written", bucket, key):
                while rest:
                    rest = rest[os.write(draft.file, rest) :]
            count += len(piece)
            moved(len(piece))
        if size is not None and count < size:
            raise TruncatedError(
                f"{quoted(f'{bucket}/{key}')} was not written: its source ended after {count} of {size} bytes."
            )

    def _put(
        self,
        draft: Staged,
        folder: int,
        bucket: str,
        key: str,
        segments: Sequence[str],
        condition: Condition | None,
    ) -> ObjectInfo:
        with told("written", bucket, key):
            # The clock of the file system ticks in milliseconds: two writes within one would have the same time.
            now = time.time_ns()
            os.utime(draft.file, ns=(now, now))
            os.fsync(draft.file)
        with ExitStack() as stack, told("written", bucket, key):
            with self._committing(bucket, key):
                self._check_condition(folder, bucket, key, condition)
                self._check_place(folder, bucket, key, segments)
                try:
                    above = stack.enter_context(opened(folder, segments[:-1], make=True))
                    os.rename(draft.name, segments[-1], src_dir_fd=draft.folder, dst_dir_fd=above)
                except OSError:
                    prune(folder, segments[:-1])
                    raise
            # Others need not wait for the disk.
            os.fsync(above)
        return info_of(key, os.fstat(draft.file))

    def _make_folder(
        self, folder: int, bucket: str, key: str, segments: Sequence[str], condition: Condition | None
    ) -> ObjectInfo:
        with self._committing(bucket, key):
            self._check_condition(folder, bucket, key, condition)
            self._check_place(folder, bucket, key, segments)
            with told("made", bucket, key), opened(folder, segments[:-1], make=True) as made:
                return marker_of(key, os.fstat(made))


def _copy_bytes(source: int, target: int) -> None:
    while True:
        try:
            if not os.copy_file_range(source, target, _COPY_AT_ONCE):
                return
        except OSError as error:
            if not _cannot_copy(error):
                raise
            break
    while piece := os.read(source, PIECE):
        rest = memoryview(piece)
        while rest:
            rest = rest[os.write(target, rest) :]


def _cannot_copy(error: OSError) -> bool:
    return error.errno in (errno.EXDEV, errno.EINVAL, errno.ENOSYS, errno.EOPNOTSUPP, errno.EPERM)


def _refuse_version(version: str | None) -> None:
    if version is not None:
        raise UnsupportedError("The local tree keeps no versions: leave the version out.")


def _not_found(bucket: str, key: str) -> NotFoundError:
    return NotFoundError(f"There is no object {quoted(key)} in the bucket {quoted(bucket)}.")


def _changed(bucket: str, key: str) -> ChangedError:
    return ChangedError(f"{quoted(f'{bucket}/{key}')} was replaced while it was read. Read it again.")
