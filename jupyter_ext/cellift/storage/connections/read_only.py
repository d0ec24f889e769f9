"""A store that refuses every write before the store itself is asked."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from typing import Any, NoReturn

from cellift.storage.api import PAGE, Bucket, EtagSum, ObjectInfo, Page, Store
from cellift.storage.errors import ReadOnlyError
from cellift.storage.shown import quoted


def check_writable(store: Store) -> None:
    """Raise ReadOnlyError for a store that refuses every write: before work is begun that would end in one."""
    if isinstance(store, ReadOnly):
        store.write()


class ReadOnly:
    """A `Store` over another one of which it only reads. What is not named here is refused, also what comes later."""

    def __init__(self, store: Store, name: str) -> None:
        self._store = store
        self._name = name
        self.features: frozenset[str] = store.features

    def __repr__(self) -> str:
        return f"ReadOnly({self._store!r})"

    @property
    def location(self) -> object:
        """As of the store; None where it does not say."""
        return getattr(self._store, "location", None)

    def buckets(self) -> list[Bucket]:
        """As of the store."""
        return self._store.buckets()

    def page(
        self, bucket: str, prefix: str = "", *, token: str | None = None, limit: int = PAGE, recursive: bool = False
    ) -> Page:
        """As of the store."""
        return self._store.page(bucket, prefix, token=token, limit=limit, recursive=recursive)

    def versions(self, bucket: str, key: str) -> list[ObjectInfo]:
        """As of the store."""
        return self._store.versions(bucket, key)

    def all_versions(self, bucket: str, prefix: str = "", *, recursive: bool = False) -> Iterator[Page]:
        """As of the store."""
        return self._store.all_versions(bucket, prefix, recursive=recursive)

    def stat(self, bucket: str, key: str, *, version: str | None = None) -> ObjectInfo:
        """As of the store."""
        return self._store.stat(bucket, key, version=version)

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
        """As of the store."""
        return self._store.read(bucket, key, start=start, length=length, version=version, etag=etag)

    def etag_sum(self, bucket: str, key: str, found: ObjectInfo) -> EtagSum | None:
        """As of the store."""
        return self._store.etag_sum(bucket, key, found)

    def learn_etag(self, found: ObjectInfo, is_sum: bool) -> None:
        """As of the store."""
        self._store.learn_etag(found, is_sum)

    def share(self, bucket: str, key: str, *, seconds: int, upload: bool = False) -> str:
        """As of the store for reading; a link that writes is refused."""
        if upload:
            self._refuse()
        return self._store.share(bucket, key, seconds=seconds)

    def make_bucket(self, *_: Any, **__: Any) -> NoReturn:
        """Refused."""
        self._refuse()

    def remove_bucket(self, *_: Any, **__: Any) -> NoReturn:
        """Refused."""
        self._refuse()

    def write(self, *_: Any, **__: Any) -> NoReturn:
        """Refused."""
        self._refuse()

    def copy(self, *_: Any, **__: Any) -> NoReturn:
        """Refused."""
        self._refuse()

    def remove(self, *_: Any, **__: Any) -> NoReturn:
        """Refused."""
        self._refuse()

    def remove_many(self, *_: Any, **__: Any) -> NoReturn:
        """Refused."""
        self._refuse()

    def _refuse(self) -> NoReturn:
        raise ReadOnlyError(
            f"Connection {quoted(self._name)} is read-only: nothing was asked of the server. Remove read_only where it "
            "is set (`cellift data alias ls` says where), or use another connection."
        )
