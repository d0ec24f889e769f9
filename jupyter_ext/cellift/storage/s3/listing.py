"""Pages of keys: ListObjectsV2 with a page size and a continuation token, and ListObjectVersions."""

from __future__ import annotations

from collections.abc import Iterator

from cellift.storage.api import MOST_KEYS, PAGE, ObjectInfo, Page
from cellift.storage.errors import StorageError, UnsupportedError
from cellift.storage.s3 import answers
from cellift.storage.s3.transport import Transport, expect
from cellift.storage.shown import quoted

_MOST_ASKED = 50
"""Answers without any key that are followed for one page: some servers answer so when they filter much."""


def page(
    transport: Transport,
    bucket: str,
    prefix: str = "",
    token: str | None = None,
    limit: int = PAGE,
    *,
    recursive: bool,
    above: bool = False,
) -> Page:
    """One page; see `Store.page`.

    With *above*, the server is asked for the folder that the prefix is in, and the rest is left out here: MinIO
    refuses a prefix that ends with ``.`` or ``..``, also where there are keys that begin so (``a/.hidden``).
    """
    if not 1 <= limit <= MOST_KEYS:
        raise StorageError(f"A page of {limit} keys cannot be had: 1 to {MOST_KEYS}.", "InvalidArgument")
    if token is not None and not token:
        raise StorageError("A page's token is not empty.", "InvalidArgument")
    query = {"list-type": "2", "encoding-type": "url", "max-keys": str(limit)}
    query["prefix"] = prefix[: prefix.rfind("/") + 1] if above else prefix
    if not recursive:
        query["delimiter"] = "/"
    for _ in range(_MOST_ASKED):
        if token is not None:
            query["continuation-token"] = token
        root = answers.parse(transport.ask("GET", bucket, query=query).body)
        expect(transport, root, "ListBucketResult")
        encoding = answers.text(root, "EncodingType")
        objects = [answers.listed(one, encoding) for one in root.iterfind("Contents")]
        prefixes = [answers.decoded(answers.text(one, "Prefix"), encoding) for one in root.iterfind("CommonPrefixes")]
        # rclone takes a prefix for a path, and answers for another one; a key that several have just written it may
        # list twice.
        objects = list({one.key: one for one in objects if one.key.startswith(prefix)}.values())
        prefixes = [one for one in prefixes if one.startswith(prefix)]
        asked, token = token, answers.text(root, "NextContinuationToken") or None
        if not answers.is_true(root, "IsTruncated"):
            token = None
        elif token is None or token == asked:
            # Taken for the end, keys would be missing in silence; followed, it would never end.
            raise _endless(transport, bucket)
        if objects or prefixes or token is None:
            break
    return Page(sorted(objects, key=lambda one: _order(one.key)), sorted(prefixes, key=_order), token)


def versions(transport: Transport, bucket: str, key: str) -> list[ObjectInfo]:
    """All versions and delete markers of one key, the newest first."""
    found: list[ObjectInfo] = []
    for page, after in _versions(transport, bucket, key, recursive=True):
        found += [one for one in page.objects if one.key == key]
        # Keys come in order: once another one begins, all of this one were seen.
        if after != key:
            break
    return found


def all_versions(transport: Transport, bucket: str, prefix: str, *, recursive: bool) -> Iterator[Page]:
    """Pages of versions; see `Store.all_versions`."""
    for page, _ in _versions(transport, bucket, prefix, recursive=recursive):
        yield page


def _versions(transport: Transport, bucket: str, prefix: str, *, recursive: bool) -> Iterator[tuple[Page, str]]:
    """Pages, each with the key that the next one goes on after; empty for the last one."""
    query = {"versions": "", "encoding-type": "url", "prefix": prefix, "max-keys": str(MOST_KEYS)}
    if not recursive:
        query["delimiter"] = "/"
    seen: set[tuple[str, str]] = set()
    while True:
        root = answers.parse(transport.ask("GET", bucket, query=query).body)
        if root.tag == "ListBucketResult":  # it does not know what it was asked for
            raise UnsupportedError(f"{transport.endpoint.host} keeps no versions: ask for the objects.")
        expect(transport, root, "ListVersionsResult")
        encoding = answers.text(root, "EncodingType")
        entries = [answers.listed(one, encoding) for one in root if one.tag in ("Version", "DeleteMarker")]
        prefixes = [answers.decoded(answers.text(one, "Prefix"), encoding) for one in root.iterfind("CommonPrefixes")]
        after = answers.decoded(answers.text(root, "NextKeyMarker"), encoding)
        has_more = answers.is_true(root, "IsTruncated")
        entries = [one for one in entries if one.key.startswith(prefix)]
        entries.sort(key=lambda one: _order(one.key))
        page = Page(entries, sorted((one for one in prefixes if one.startswith(prefix)), key=_order), None)
        yield page, after if has_more else ""
        if not has_more:
            return
        marker = answers.text(root, "NextVersionIdMarker")
        if (after, marker) in seen:
            raise _endless(transport, bucket)
        seen.add((after, marker))
        query["key-marker"], query["version-id-marker"] = after, marker


def _endless(transport: Transport, bucket: str) -> StorageError:
    return StorageError(
        f"{transport.endpoint.host} says that there is more in {quoted(bucket)}, and not how to ask for it: the "
        "listing cannot be had whole. Tell whoever runs the server."
    )


def _order(key: str) -> bytes:
    return key.encode("utf-8", "surrogateescape")
