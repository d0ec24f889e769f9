"""The store over an S3 server."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO
from urllib.parse import quote
from xml.sax.saxutils import escape

from cellift.storage.api import LONGEST_LINK, MOST_KEYS, PAGE, Bucket, Condition, EtagSum, Feature, ObjectInfo, Page
from cellift.storage.cancelling import pause
from cellift.storage.errors import (
    AccessError,
    BadNameError,
    BucketExistsError,
    CancelledError,
    ChecksumError,
    ConditionError,
    NoSuchBucketError,
    NotFoundError,
    StorageError,
    UnsupportedError,
)
from cellift.storage.local.names import check_bucket as check_new_bucket
from cellift.storage.s3 import answers, listing, multipart, reading
from cellift.storage.s3.body import Body
from cellift.storage.s3.endpoint import Endpoint, is_amazon
from cellift.storage.s3.faults import scrubbed
from cellift.storage.s3.gate import Gate
from cellift.storage.s3.names import check_bucket, check_key
from cellift.storage.s3.pieces import Source
from cellift.storage.s3.transport import Answer, Transport, checked, expect
from cellift.storage.s3.unfinished import noted
from cellift.storage.s3.verifying import Verifier
from cellift.storage.secret import Keys
from cellift.storage.shown import quoted

_SINGLE = 2 * multipart.PART
"""Bytes up to which an object is sent in one request."""
_MOST_TAGS = 64 << 10
"""Bytes of an answer that holds tags: there are 10 at most, of 384 characters."""
_COPY_PART = 512 << 20
_LOCKS = 64
# What XML 1.0 cannot hold, not even as an entity: such keys are removed one by one.
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_HEADER_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")


class S3Store:
    """A `Store` at an `Endpoint`. Conditions hold against every writer where the server knows If-Match on writes.

    Where it ignores it, they hold against writers of this store; others have the time of the write to come between.
    That needs no probe: the object is looked at, and the header is sent, always.
    """

    def __init__(
        self,
        endpoint: Endpoint,
        keys: Keys | None,
        *,
        pause: Callable[[float], None] = pause,
        most_copied: int = 5 << 30,
        notes: Path | None = None,
    ) -> None:
        """*keys*: None is anonymous. *most_copied*: bytes above which a copy is made in parts.

        *notes*: the folder with notes on uploads that a later try goes on with; without it, one that fails is removed.
        """
        self._transport = Transport(endpoint, keys, pause)
        self._verifier = Verifier(self._transport)
        self._most_copied = most_copied
        self._notes = notes
        self._locks = [threading.Lock() for _ in range(_LOCKS)]
        self._has_tags = True
        self._exact = is_amazon(endpoint.url)
        features = {Feature.METADATA, Feature.TAGS, Feature.VERSIONS}
        self.features: frozenset[str] = frozenset(features | {Feature.SHARE} if keys else features)

    def __repr__(self) -> str:
        return f"S3Store({self._transport.endpoint.host!r})"

    @property
    def location(self) -> str:
        """The address of the server."""
        return self._transport.endpoint.host

    # --- buckets
    def buckets(self) -> list[Bucket]:
        """ListBuckets; AccessError says that a bucket can be named when these keys may not list them."""
        try:
            root = answers.parse(self._transport.ask("GET").body)
            expect(self._transport, root, "ListAllMyBucketsResult")
        except AccessError as error:
            if error.code != "AccessDenied":
                raise
            name = self._transport.endpoint.name
            raise AccessError(f"{error} A bucket that you know of can be named: {name}/BUCKET.", error.code) from None
        found = [
            Bucket(answers.text(one, "Name"), answers.time_of(answers.text(one, "CreationDate")))
            for one in root.iterfind("Buckets/Bucket")
        ]
        return sorted(found, key=lambda one: one.name)

    def make_bucket(self, bucket: str) -> None:
        """CreateBucket, in the connection's region."""
        check_new_bucket(bucket)
        try:
            # Amazon's oldest region makes a bucket of one's own a second time without a word.
            self._transport.ask("HEAD", bucket)
        except NoSuchBucketError:
            pass
        else:
            raise BucketExistsError(f"The bucket {quoted(bucket)} is there already.")
        region = self._transport.region("")
        body = Body()
        if region != "us-east-1":
            body = Body(
                [
                    '<CreateBucketConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><LocationConstraint>'
                    f"{escape(region)}</LocationConstraint></CreateBucketConfiguration>".encode()
                ]
            )
        self._transport.ask("PUT", bucket, body=body)

    def remove_bucket(self, bucket: str) -> None:
        """DeleteBucket."""
        check_bucket(bucket)
        self._transport.ask("DELETE", bucket)

    # --- listing
    def page(
        self, bucket: str, prefix: str = "", *, token: str | None = None, limit: int = PAGE, recursive: bool = False
    ) -> Page:
        """ListObjectsV2; a page is as full as the server makes it."""
        check_bucket(bucket)
        if re.search("[\x00\ud800-\udfff]", prefix):
            return Page([], [], None)  # no key can start so
        try:
            return listing.page(self._transport, bucket, prefix, token, limit, recursive=recursive)
        except BadNameError as error:
            if not prefix or error.code == "InvalidBucketName":
                raise
            if prefix.rpartition("/")[2] in (".", ".."):
                return listing.page(self._transport, bucket, prefix, token, limit, recursive=recursive, above=True)
            return Page([], [], None)  # the server says that no key can start so

    def versions(self, bucket: str, key: str) -> list[ObjectInfo]:
        """ListObjectVersions of this key; empty where the server has none, or the bucket keeps none."""
        self._check(bucket, key)
        try:
            found = listing.versions(self._transport, bucket, key)
        except UnsupportedError:
            return []
        return [one for one in found if one.version not in (None, "null")]

    def all_versions(self, bucket: str, prefix: str = "", *, recursive: bool = False) -> Iterator[Page]:
        """ListObjectVersions."""
        check_bucket(bucket)
        return listing.all_versions(self._transport, bucket, prefix, recursive=recursive)

    # --- objects
    def stat(self, bucket: str, key: str, *, version: str | None = None) -> ObjectInfo:
        """HeadObject and GetObjectTagging; no tags where the server or the rights have none."""
        found = self._head(bucket, key, version)
        if found is None:
            raise NotFoundError(
                f"There is no object {quoted(f'{bucket}/{key}')} at {self._transport.endpoint.host}."
                if version is None
                else f"{quoted(f'{bucket}/{key}')} has no such version.",
                None if version is None else "NoSuchVersion",
            )
        return replace(found, tags=self._tags(bucket, key, version))

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
        """GetObject with a range. Compressed objects come as they are stored."""
        self._check(bucket, key)
        if length is not None and length <= 0:
            # Zero bytes cannot be asked for; that the object is there, and is this one, can.
            yield from reading.nothing(self._transport, bucket, key, version, etag)
            return
        yield from reading.read(self._transport, bucket, key, start, length, version, etag)

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
        """PutObject, or a multipart upload of parts of 8 MiB, three at a time; verified by its etag, or read back.

        ``modified`` of the answer is None where the server does not tell it.
        """
        self._check(bucket, key)
        self._transport.leftovers.give_up(bucket, key)
        headers = _object_headers(content_type, metadata)
        given = Source(source, size, f"{bucket}/{key}")
        with self._condition(bucket, key, condition) as wanted:
            absent = condition is not None and condition.absent
            if given.is_within(_SINGLE):
                return self._write_at_once(bucket, key, Body(given.part(_SINGLE), moved), headers, wanted, absent)
            multipart.end_old(self._transport, self._notes)
            identity = (self._transport.endpoint.url, bucket, key, repr(sorted(headers.items())))
            with (
                noted(self._notes, *identity) as note,
                multipart.upload(self._transport, bucket, key, headers, note) as begun,
            ):
                are_sums = self._verifier.etags_are_sums is True
                parts = multipart.send_parts(begun, given, multipart.part_size(size), Gate(moved), are_sums=are_sums)
                # Who cancelled while the server was silent after the last byte must not find an object later.
                moved(0)
                etag = multipart.etag_of_parts([part.md5 for part in parts])
                with self._taken_back(bucket, key, etag, sum(part.length for part in parts), absent):
                    return self._complete(begun, parts, wanted)

    def _write_at_once(
        self, bucket: str, key: str, body: Body, headers: dict[str, str], wanted: dict[str, str], absent: bool
    ) -> ObjectInfo:
        with self._taken_back(bucket, key, body.md5, body.length, absent, lambda: body.is_given or not body.length):
            answer = self._transport.ask(
                "PUT", bucket, key, headers={**headers, **wanted}, body=body, once=bool(wanted)
            )
            etag = answers.plain_etag(answer.headers.get("etag"))
            part = multipart.Part(etag, body.md5, body.length)
            written = self._verifier.verified(bucket, key, answer, etag, [part], single=True)
            try:
                body.answered()
            except CancelledError:
                if absent:
                    raise
                # Too late: what was there is replaced, as a whole.
            return written

    def _complete(self, begun: multipart.Upload, parts: list[multipart.Part], wanted: dict[str, str]) -> ObjectInfo:
        bucket, key = begun.bucket, begun.key
        try:
            answer = begun.complete([part.etag for part in parts], wanted)
        except NotFoundError as error:
            # A first answer that got lost: the server made the object, and asked again, knows no upload.
            if error.code != "NoSuchUpload" or self._head(bucket, key) is None:
                raise
            lost = Answer({}, b"")
            return self._verifier.verified(bucket, key, lost, "", parts, single=False)
        etag = answers.plain_etag(answers.text(answers.parse(answer.body), "ETag"))
        return self._verifier.verified(bucket, key, answer, etag, parts, single=False)

    @contextmanager
    def _taken_back(
        self,
        bucket: str,
        key: str,
        etag: str,
        size: int,
        absent: bool,
        may_be: Callable[[], bool] = lambda: True,
    ) -> Iterator[None]:
        """When the block is cancelled, see to it that the object which the server may still make does not stay.

        *etag*: what it will have, or empty when that cannot be known. *absent*: there was none before. Where there may
        have been one, it is replaced or not, which cannot be undone.
        *may_be* tells whether the server may make one.
        """
        try:
            yield
        except BaseException as error:
            if may_be() and (isinstance(error, CancelledError) or not isinstance(error, (StorageError, OSError))):
                self._transport.leftovers.remove(bucket, key, self._look_for(bucket, key, etag, size, absent))
            raise

    def _look_for(self, bucket: str, key: str, etag: str, size: int, absent: bool) -> Callable[[], bool]:
        def look() -> bool:
            nonlocal absent
            found = self._head(bucket, key)
            if found is None:
                absent = True
                return False
            # Where etags are no sums, its size has to tell.
            is_sum = bool(etag) and self._verifier.etags_are_sums is True
            is_ours = found.size == size and (found.etag == etag or not is_sum)
            if absent and is_ours:
                self.remove(bucket, key, version=found.version)
            return True

        return look

    def copy(
        self, bucket: str, key: str, to_bucket: str, to_key: str, *, condition: Condition | None = None
    ) -> ObjectInfo:
        """CopyObject, or UploadPartCopy above 5 GiB; refused when the source is changed meanwhile."""
        self._check(bucket, key)
        self._check(to_bucket, to_key)
        if (bucket, key) == (to_bucket, to_key):
            raise StorageError(f"{quoted(f'{bucket}/{key}')} cannot be copied to itself.", "InvalidRequest")
        found = self.stat(bucket, key)
        version = f"?versionId={quote(found.version, safe='')}" if found.version else ""
        source = {"x-amz-copy-source": quote(f"/{bucket}/{key}") + version}
        if not answers.is_made_up(found.etag):
            source["x-amz-copy-source-if-match"] = f'"{found.etag}"'
        self._transport.leftovers.give_up(to_bucket, to_key)
        absent = condition is not None and condition.absent
        with (
            self._condition(to_bucket, to_key, condition),
            # What was made of parts has another etag as a copy.
            self._taken_back(to_bucket, to_key, "" if "-" in found.etag else found.etag, found.size, absent),
        ):
            if found.size <= self._most_copied:
                answer = self._transport.ask("PUT", to_bucket, to_key, headers=source)
                checked(self._transport, to_bucket, to_key, answer)
            else:
                headers = _object_headers(found.content_type, found.metadata)
                if found.tags:
                    headers["x-amz-tagging"] = "&".join(
                        f"{quote(name, safe='')}={quote(value, safe='')}" for name, value in found.tags.items()
                    )
                part = min(max(_COPY_PART, multipart.part_size(found.size)), self._most_copied)
                with multipart.upload(self._transport, to_bucket, to_key, headers) as begun:
                    begun.complete(multipart.copy_parts(begun, source, found.size, part), {})
            copied = self._head(to_bucket, to_key)
        if copied is None or copied.size != found.size:
            raise StorageError(
                f"{quoted(f'{to_bucket}/{to_key}')} is not as large as what it is a copy of. Copy it again."
            )
        for name, wanted in found.checksums.items():
            if copied.checksums.get(name, wanted) != wanted:
                raise ChecksumError(
                    f"{quoted(f'{to_bucket}/{to_key}')} has another {name} checksum than what it is a copy of. Copy it "
                    "again; if it stays so, look at the server's disks."
                )
        return copied

    def remove(self, bucket: str, key: str, *, version: str | None = None) -> None:
        """DeleteObject."""
        self._check(bucket, key)
        query = {} if version is None else {"versionId": version}
        try:
            self._transport.ask("DELETE", bucket, key, query=query)
        except NoSuchBucketError:
            raise
        except NotFoundError:
            pass

    def remove_many(self, bucket: str, keys: Sequence[str]) -> dict[str, str]:
        """DeleteObjects; one by one what its XML cannot name, or when the server does not know it."""
        check_bucket(bucket)
        if len(keys) > MOST_KEYS:
            raise StorageError(f"{len(keys)} keys at once are too many: {MOST_KEYS} at most.", "InvalidArgument")
        failed: dict[str, str] = {}
        singly: list[str] = []
        together: list[str] = []
        for key in keys:
            try:
                check_key(key, exact=self._exact)
            except BadNameError as error:
                failed[key] = str(error)
                continue
            (singly if _NOT_XML.search(key) else together).append(key)
        if together:
            try:
                failed.update(self._remove_together(bucket, together))
            except UnsupportedError:
                singly += together
        for key in singly:
            try:
                self.remove(bucket, key)
            except NoSuchBucketError:
                raise
            except StorageError as error:
                failed[key] = str(error)
        return failed

    def etag_sum(self, bucket: str, key: str, found: ObjectInfo) -> EtagSum | None:
        """As the etag's form tells; the size of parts is asked for (HeadObject with a part's number)."""
        return self._verifier.etag_sum(bucket, key, found)

    def learn_etag(self, found: ObjectInfo, is_sum: bool) -> None:
        """See `Store.learn_etag`."""
        self._verifier.learn(found, is_sum)

    def share(self, bucket: str, key: str, *, seconds: int, upload: bool = False) -> str:
        """A presigned URL for 1 second to 7 days. Temporary keys end it earlier."""
        self._check(bucket, key)
        if not 1 <= seconds <= LONGEST_LINK:
            raise StorageError(
                f"A link cannot be valid for {seconds} s: from 1 s to 7 days ({LONGEST_LINK} s).", "InvalidArgument"
            )
        if Feature.SHARE in self.features and not self._transport.endpoint.region:
            self._transport.ask("HEAD", bucket)  # a link cannot be sent on to the right region: learn it now
        return self._transport.presigned("PUT" if upload else "GET", bucket, key, seconds)

    def uploads(self, bucket: str) -> list[str]:
        """Keys of multipart uploads that were begun and neither completed nor aborted (the first 1000)."""
        check_bucket(bucket)
        try:
            answer = self._transport.ask("GET", bucket, query={"uploads": "", "encoding-type": "url"})
        except NotFoundError as error:
            if error.code == "NoSuchUpload":  # rclone's way to say that there are none
                return []
            raise
        root = answers.parse(answer.body)
        encoding = answers.text(root, "EncodingType")
        return [answers.decoded(answers.text(one, "Key"), encoding) for one in root.iterfind("Upload")]

    # --- parts of the above
    def _check(self, bucket: str, key: str) -> None:
        check_bucket(bucket)
        check_key(key, exact=self._exact)

    def _head(self, bucket: str, key: str, version: str | None = None) -> ObjectInfo | None:
        self._check(bucket, key)
        query = {} if version is None else {"versionId": version}
        try:
            headers = self._transport.ask("HEAD", bucket, key, query=query).headers
        except NoSuchBucketError:
            raise
        except NotFoundError:
            return None
        found = answers.of_headers(key, headers)
        if self._verifier.takes_for_sums(headers) and answers.may_be_md5(headers, found.etag):
            return replace(found, checksums={"md5": found.etag, **found.checksums})
        return found

    def _tags(self, bucket: str, key: str, version: str | None) -> dict[str, str]:
        if not self._has_tags:
            return {}
        query = {"tagging": ""} if version is None else {"tagging": "", "versionId": version}
        try:
            with self._transport.stream("GET", bucket, key, query=query) as response:
                root = answers.parse(response.read(_MOST_TAGS))
        except NotFoundError:
            return {}
        except StorageError:
            root = None
        if root is None or root.tag != "Tagging":
            # No right to ask, or a server without tags, some of which answer with the object: not asked again.
            self._has_tags = False
            return {}
        return {answers.text(one, "Key"): answers.text(one, "Value") for one in root.iterfind("TagSet/Tag")}

    @contextmanager
    def _condition(self, bucket: str, key: str, condition: Condition | None) -> Iterator[dict[str, str]]:
        """The headers of a write that has to find what *condition* says; looked at before, also for the bytes' sake."""
        if condition is None or condition == Condition():
            yield {}
            return
        with self._locks[hash((bucket, key)) % _LOCKS]:
            found = self._head(bucket, key)
            if condition.absent and found is not None:
                raise ConditionError(f"{quoted(f'{bucket}/{key}')} is there already.")
            if condition.etag is not None and (found is None or found.etag != condition.etag):
                state = "no longer there" if found is None else "another one by now"
                raise ConditionError(f"{quoted(f'{bucket}/{key}')} is {state}. Look at it again before you replace it.")
            wanted = {"If-None-Match": "*"}
            if found is not None:
                wanted = {} if answers.is_made_up(found.etag) else {"If-Match": f'"{found.etag}"'}
            try:
                yield wanted
            except NoSuchBucketError:
                raise
            except NotFoundError as error:
                if error.code != "NoSuchKey":
                    raise
                raise ConditionError(f"{quoted(f'{bucket}/{key}')} is no longer there.") from error

    def _remove_together(self, bucket: str, keys: Sequence[str]) -> dict[str, str]:
        entries = "".join(f"<Object><Key>{escape(key, _ESCAPES)}</Key></Object>" for key in keys)
        content = (
            f'<Delete xmlns="http://s3.amazonaws.com/doc/2006-03-01/">{entries}<Quiet>true</Quiet></Delete>'
        ).encode()
        answer = self._transport.ask("POST", bucket, query={"delete": ""}, body=Body([content]))
        root = checked(self._transport, bucket, "", answer)
        expect(self._transport, root, "DeleteResult")
        failed: dict[str, str] = {}
        for one in root.iterfind("Error"):
            code = answers.text(one, "Code")
            if code not in ("NoSuchKey", "NoSuchVersion"):
                words = scrubbed(answers.text(one, "Message"), self._transport.keys)
                failed[answers.text(one, "Key")] = f"{words or 'refused'} ({scrubbed(code, self._transport.keys)})"
        return failed


# Parsers make other line ends a newline, unless they are written so.
_ESCAPES = {"\r": "&#13;", "\n": "&#10;", "\t": "&#9;"}


def _object_headers(content_type: str, metadata: Mapping[str, str] | None) -> dict[str, str]:
    headers = {"Content-Type": content_type or "application/octet-stream"}
    for name, value in (metadata or {}).items():
        if not _HEADER_NAME.fullmatch(name) or not value.isprintable() or not value.isascii():
            raise StorageError(
                f"The metadata {quoted(name)} cannot be sent: a name of letters, digits and '-', and a value of "
                "printable ASCII characters. Encode what is more.",
                "InvalidArgument",
            )
        headers[f"x-amz-meta-{name.lower()}"] = value
    if any(char in headers["Content-Type"] for char in "\r\n") or not headers["Content-Type"].isascii():
        raise StorageError(f"The content type {quoted(content_type)} cannot be sent.", "InvalidArgument")
    return headers
