"""Pages of a bucket in the order of S3.

A page begins after the last key (or common prefix) of the one before, which is what the token holds: what comes and
goes meanwhile moves nothing else, and nothing is kept between pages but the sorted names of folders.
"""

from __future__ import annotations

import base64
import binascii
import os
import stat as modes
from bisect import bisect_left, bisect_right
from collections.abc import Generator
from datetime import datetime, timezone

from cellift.storage.api import ObjectInfo, Page
from cellift.storage.errors import StorageError
from cellift.storage.local.folders import is_missing, opened
from cellift.storage.local.names import MOST_KEY_BYTES, is_key
from cellift.storage.local.sorted_names import SortedNames

_Found = tuple[int, str, str]
"""A folder's descriptor (open until the next one is asked for), a name in it, and the whole key or prefix."""


def page_of(bucket: int, cache: SortedNames, prefix: str, token: str | None, limit: int, *, recursive: bool) -> Page:
    """Return a page of the bucket that *bucket* is a descriptor of. Only what the page shows is looked at."""
    objects: list[ObjectInfo] = []
    prefixes: list[str] = []
    last = ""
    entries = _entries(bucket, cache, prefix, _after(token), recursive=recursive)
    try:
        for folder, name, key in entries:
            if not is_key(key):
                continue  # a name that this store refuses, made by another program
            if len(objects) + len(prefixes) == limit:
                return Page(objects, prefixes, _token(last))
            if name.endswith("/"):
                prefixes.append(key)
            else:
                found = _look(folder, name, key)
                if found is None:
                    continue
                objects.append(found)
            last = key
    finally:
        entries.close()  # and the folders that it has open
    return Page(objects, prefixes, None)


def info_of(key: str, state: os.stat_result) -> ObjectInfo:
    """Return what the state of an object's file tells. The etag is made of its time, size and inode."""
    return ObjectInfo(
        key,
        state.st_size,
        datetime.fromtimestamp(state.st_mtime, timezone.utc),
        f"{state.st_mtime_ns:x}-{state.st_size:x}-{state.st_ino:x}",
    )


def marker_of(key: str, state: os.stat_result) -> ObjectInfo:
    """Return a folder that holds nothing as the empty object with a slash at the end that S3's consoles make of it."""
    return ObjectInfo(
        key, 0, datetime.fromtimestamp(state.st_mtime, timezone.utc), f"{state.st_mtime_ns:x}-0-{state.st_ino:x}"
    )


def _look(folder: int, name: str, key: str) -> ObjectInfo | None:
    if not name:
        return marker_of(key, os.fstat(folder))
    try:
        state = os.stat(name, dir_fd=folder, follow_symlinks=False)
    except FileNotFoundError:
        return None  # removed since the names were read
    return info_of(key, state) if modes.S_ISREG(state.st_mode) else None


def _entries(
    bucket: int, cache: SortedNames, prefix: str, after: str | None, *, recursive: bool
) -> Generator[_Found, None, None]:
    """Everything that starts with *prefix* and comes after *after*, in order; an empty name is the folder's marker."""
    base, _, start = prefix.rpartition("/")
    base = f"{base}/" if base else ""
    if prefix.startswith("/") or (base and not is_key(base)):
        return
    if after is not None and after > base and not after.startswith(base):
        return
    try:
        with opened(bucket, base.split("/")[:-1]) as folder:
            names = cache.of(folder)
            if not names and base and not start and after is None:
                yield folder, "", base
            relative = _relative(after, base)
            first = max(bisect_left(names, start), _first(names, relative))
            for index in range(first, len(names)):
                name = names[index]
                if not name.startswith(start):
                    break
                if recursive and name.endswith("/"):
                    yield from _below(folder, cache, name, base + name, _relative(relative, name))
                else:
                    if name.endswith("/") and relative is not None and relative.startswith(name):
                        continue  # this common prefix ended the page before
                    yield folder, name, base + name
    except OSError as error:
        if not is_missing(error):
            raise


def _below(above: int, cache: SortedNames, name: str, base: str, after: str | None) -> Generator[_Found, None, None]:
    """All objects below a folder, in order."""
    if len(base) >= MOST_KEY_BYTES:
        return  # no key reaches further down
    try:
        with opened(above, [name[:-1]]) as folder:
            names = cache.of(folder)
            if not names and after is None:
                yield folder, "", base
            for index in range(_first(names, after), len(names)):
                inner = names[index]
                if inner.endswith("/"):
                    yield from _below(folder, cache, inner, base + inner, _relative(after, inner))
                else:
                    yield folder, inner, base + inner
    except OSError as error:
        if not is_missing(error):
            raise


def _relative(after: str | None, base: str) -> str | None:
    """Return *after* as seen from the folder *base*; None when all in the folder comes after it."""
    return after[len(base) :] if after is not None and after.startswith(base) else None


def _first(names: list[str], after: str | None) -> int:
    """Return the index of the first name that is, or holds, something after *after*."""
    if after is None:
        return 0
    head, slash, _ = after.partition("/")
    return bisect_left(names, head + slash) if slash else bisect_right(names, after)


def _token(last: str) -> str:
    return base64.urlsafe_b64encode(last.encode()).decode("ascii")


def _after(token: str | None) -> str | None:
    if token is None:
        return None
    try:
        return base64.b64decode(token.encode(), altchars=b"-_", validate=True).decode()
    except (binascii.Error, UnicodeError):
        raise StorageError("This continuation token is none of this store: list anew.", "InvalidArgument") from None
