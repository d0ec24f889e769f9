"""All objects below a prefix, page by page."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from cellift.storage.api import MOST_KEYS, ObjectInfo, Page, Store
from cellift.storage.errors import StorageError
from cellift.storage.shown import quoted


class Entry(NamedTuple):
    """A row of a listing: an object, or a common prefix (``info`` is None then)."""

    name: str
    info: ObjectInfo | None


def objects(store: Store, bucket: str, prefix: str = "") -> Iterator[ObjectInfo]:
    """Give all objects whose keys start with *prefix*, in order; a page is asked for when it is needed."""
    for page in _pages(store, bucket, prefix, recursive=True):
        yield from page.objects


def entries(store: Store, bucket: str, prefix: str = "") -> Iterator[Entry]:
    """Give what is right below *prefix*: objects and common prefixes together, in the order of their UTF-8 bytes."""
    for page in _pages(store, bucket, prefix, recursive=False):
        rows = [Entry(one.key, one) for one in page.objects] + [Entry(name, None) for name in page.prefixes]
        yield from sorted(rows, key=lambda row: row.name)


def is_folder(store: Store, bucket: str, prefix: str) -> bool:
    """Whether any key starts with *prefix*."""
    page = store.page(bucket, prefix, limit=1)
    return bool(page.objects or page.prefixes)


def _pages(store: Store, bucket: str, prefix: str, *, recursive: bool) -> Iterator[Page]:
    """All pages; StorageError when a store leads back to a page that was there, which would never end."""
    token: str | None = None
    seen: set[str] = set()
    while True:
        page = store.page(bucket, prefix, token=token, limit=MOST_KEYS, recursive=recursive)
        yield page
        token = page.next
        if token is None:
            return
        if token in seen:
            raise StorageError(
                f"The listing of {quoted(f'{bucket}/{prefix}')} leads back to a page that was there: it cannot be had "
                "whole. Tell whoever runs the server."
            )
        seen.add(token)
