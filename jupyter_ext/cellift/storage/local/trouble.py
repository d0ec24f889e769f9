"""Errors of the operating system as those of a store: what happened, where, and what to do."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager

from cellift.storage.errors import AccessError, FullError, NoSuchBucketError, StorageError
from cellift.storage.shown import quoted


@contextmanager
def told(what: str, bucket: str, key: str = "") -> Iterator[None]:
    """Turn an OSError inside into a StorageError: *what* could not be done with the object or bucket."""
    try:
        yield
    except OSError as error:
        place = quoted(f"{bucket}/{key}" if key else bucket)
        raise _translated(error, f"{place} cannot be {what}") from error


def _translated(error: OSError, what: str) -> StorageError:
    reason = error.strerror or str(error)
    if error.errno in (errno.EACCES, errno.EPERM):
        return AccessError(f"{what}: {reason}. Look at the owner and the mode of the file and of its folder.")
    if error.errno == errno.ENOENT:
        return NoSuchBucketError(f"{what}: its bucket, or the folder that it is in, was removed meanwhile.")
    if error.errno == errno.EROFS:
        return AccessError(f"{what}: {reason}. Set CELLIFT_HOME to a folder that can be written.")
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return FullError(f"{what}: {reason}. Remove objects, or set CELLIFT_HOME to another disk.")
    if error.errno == errno.EFBIG:
        return StorageError(
            f"{what}: {reason}. The tree's file system, or this session (`ulimit -f`), takes no file as large.",
            "EntityTooLarge",
        )
    if error.errno in (errno.EMFILE, errno.ENFILE):
        return StorageError(f"{what}: {reason}. Raise the limit (`ulimit -n`), or do less at a time.", "SlowDown")
    if error.errno == errno.EXDEV:
        return StorageError(
            f"{what}: its folder is on another file system than the tree, so that it cannot be put there in one go. "
            "Mount the other file system as the whole tree instead."
        )
    return StorageError(f"{what}: {reason} ({errno.errorcode.get(error.errno or 0, os.strerror(0))}).")
