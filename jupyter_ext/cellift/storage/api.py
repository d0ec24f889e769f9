"""What a store is: buckets, pages of keys, and objects that are read and written in pieces.

Back ends (``local``, ``s3``, and those of the entry point ``cellift.stores``) are classes of `Store`. All calls block:
whoever serves an event loop calls them in threads. A store is used by several threads at once.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import BinaryIO, NamedTuple, Protocol

PIECE = 1 << 20
"""Bytes of a piece: what a transfer holds in memory at a time."""
LONGEST_LINK = 7 * 24 * 3600
"""Seconds that a presigned link can be valid (S3 user guide, "Sharing objects with presigned URLs")."""
PAGE = 200
"""Keys of a page, when nobody asks for more."""
MOST_KEYS = 1000
"""Keys of a page at most: S3 answers with no more."""


@dataclass(frozen=True)
class Bucket:
    """A bucket; ``created`` is in UTC, None where the store does not say."""

    name: str
    created: datetime | None = None


@dataclass(frozen=True)
class ObjectInfo:
    """An object without its bytes. Times are in UTC, sizes in bytes.

    ``etag`` is without quotes and changes with the content; it is no checksum (that of a multipart upload has a dash).
    ``checksums`` holds those of the whole content that the store vouches for, in lower-case hexadecimal digits, by name
    (``md5``, ``sha1``, ``sha256``, ``crc32``); `Store.stat` and `Store.write` fill it in where the store knows one.
    ``content_type``, ``metadata`` and ``tags`` are filled in by `Store.stat` alone; names of ``metadata`` are in lower
    case and without ``x-amz-meta-``.
    """

    key: str
    size: int
    modified: datetime | None = None
    etag: str = ""
    content_type: str = ""
    metadata: Mapping[str, str] = field(default_factory=dict)
    tags: Mapping[str, str] = field(default_factory=dict)
    checksums: Mapping[str, str] = field(default_factory=dict)
    version: str | None = None
    is_latest: bool = True
    is_delete_marker: bool = False


class Page(NamedTuple):
    """Some objects and common prefixes, each in order of UTF-8 bytes. ``next`` asks for more, None: all seen."""

    objects: Sequence[ObjectInfo]
    prefixes: Sequence[str]
    next: str | None


class Condition(NamedTuple):
    """When a write may happen: the object has this etag; or, with ``absent``, there is none."""

    etag: str | None = None
    absent: bool = False


class EtagSum(NamedTuple):
    """An etag that is made of MD5 sums: of those of parts of so many bytes, or, with 0, that of the whole.

    No server says what its etags are: not ``sure`` is that of a server of an unknown kind.
    """

    part: int
    sure: bool


class Feature:
    """What not every store can do; `Store.features` holds those that this one can."""

    METADATA = "metadata"
    TAGS = "tags"
    VERSIONS = "versions"
    SHARE = "share"
    """Links that work without credentials for some time."""


class Store(Protocol):
    """A back end, opened for one connection.

    Every method raises `StorageError` (``errors``), whose message is fit for users and holds no secret.
    """

    features: frozenset[str]

    def buckets(self) -> list[Bucket]:
        """All buckets, by name."""

    def make_bucket(self, bucket: str) -> None:
        """Make a bucket; BucketExistsError when it is there."""

    def remove_bucket(self, bucket: str) -> None:
        """Remove an empty bucket; BucketNotEmptyError when it has objects."""

    def page(
        self, bucket: str, prefix: str = "", *, token: str | None = None, limit: int = PAGE, recursive: bool = False
    ) -> Page:
        """Up to ``limit`` objects and common prefixes that start with a text; ``recursive``: objects at any depth.

        ``limit`` is from 1 to `MOST_KEYS`. A prefix that no key can have gives an empty page.
        """

    def versions(self, bucket: str, key: str) -> list[ObjectInfo]:
        """All versions of one key and its delete markers, the newest first; empty without VERSIONS."""

    def all_versions(self, bucket: str, prefix: str = "", *, recursive: bool = False) -> Iterator[Page]:
        """All versions and delete markers below a prefix, those of one key together and the newest first.

        Also of keys that have no object any more. ``next`` means nothing here. UnsupportedError without VERSIONS.
        """

    def stat(self, bucket: str, key: str, *, version: str | None = None) -> ObjectInfo:
        """One object with all that is known of it; NotFoundError when there is none."""

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
        """Its bytes from ``start`` on, in pieces of at most `PIECE`; none when ``start`` is at the end or after it.

        The first piece, or the error, comes when it is asked for. Closing the generator ends the request. A body that
        ends too early raises TruncatedError; one that was replaced meanwhile, ChangedError, and so does an object that
        has not the ``etag`` that is given (also from a server that ignores If-Match).
        """

    def write(
        self,
        bucket: str,
        key: str,
        source: BinaryIO,
        *,
        size: int | None = None,
        content_type: str = "",
        metadata: Mapping[str, str] | None = None,
        condition: Condition | None = None,
        moved: Callable[[int], None] = lambda _: None,
    ) -> ObjectInfo:
        """Write what ``source`` gives as one object, all or nothing, and verify it.

        With ``size``, exactly so many bytes are taken: a source that has less raises TruncatedError. A store without
        METADATA tells the content type by the name of the key, and refuses ``metadata`` (UnsupportedError).
        ``moved`` is called with the number of bytes of each piece; what it raises ends the write, and nothing is left
        of it: no half object, no multipart upload. ConditionError when ``condition`` does not hold.
        """

    def copy(
        self, bucket: str, key: str, to_bucket: str, to_key: str, *, condition: Condition | None = None
    ) -> ObjectInfo:
        """Copy within the store, with content type, metadata and tags; where it can, the server moves the bytes.

        A copy of an object to itself is refused (StorageError with the code InvalidRequest), as in S3.
        """

    def remove(self, bucket: str, key: str, *, version: str | None = None) -> None:
        """Remove an object; that there is none is no error, as in S3."""

    def remove_many(self, bucket: str, keys: Sequence[str]) -> dict[str, str]:
        """Remove up to `MOST_KEYS` objects; gives what could not be removed, with the reason."""

    def etag_sum(self, bucket: str, key: str, found: ObjectInfo) -> EtagSum | None:
        """What the etag of an object without a known checksum is the sum of; None: of nothing that could be checked."""

    def learn_etag(self, found: ObjectInfo, is_sum: bool) -> None:
        """Hear whether the etag of an object that was read is the sum that `etag_sum` was not sure of."""

    def share(self, bucket: str, key: str, *, seconds: int, upload: bool = False) -> str:
        """A link that reads (or, with ``upload``, writes) the object without credentials for so long (needs SHARE)."""
