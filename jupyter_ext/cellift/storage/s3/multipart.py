"""Multipart uploads and copies: parts side by side, and nothing left behind when it ends otherwise than well.

Except with a note (``unfinished``), when the server went away: then what has arrived waits for the next try.

S3 user guide, "Multipart upload": 1 to 10,000 parts of 5 MiB to 5 GiB, the last one of any size.
"""

from __future__ import annotations

import hashlib
import mmap
from collections import deque
from collections.abc import Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple
from xml.sax.saxutils import escape

from cellift.storage.cancelling import carried, is_cancelled, unless_cancelled
from cellift.storage.errors import (
    AccessError,
    ChecksumError,
    NotFoundError,
    StorageError,
    UnreachableError,
    UnsupportedError,
)
from cellift.storage.s3 import answers
from cellift.storage.s3.body import Body
from cellift.storage.s3.gate import Gate, Stopped
from cellift.storage.s3.pieces import Source
from cellift.storage.s3.transport import Answer, Transport, checked
from cellift.storage.s3.unfinished import Note, old
from cellift.storage.shown import quoted

MOST_PARTS = 10_000
PART = 8 << 20
_EXPIRED = frozenset(
    {
        "ExpiredToken", "ExpiredTokenException", "TokenRefreshRequired", "InvalidToken", "InvalidTokenId",
        "RequestTimeTooSkewed",
    }
)  # fmt: skip
_PARALLEL = 3
_PARALLEL_BYTES = _PARALLEL * PART
"""Bytes of parts that are held in memory beside the one that is being read."""


def part_size(size: int | None) -> int:
    """Bytes of a part: `PART`, more only for an object that would have too many (above 78 GiB)."""
    if size is None or size <= PART * MOST_PARTS:
        return PART
    return -(-size // MOST_PARTS + 1 >> 20) + 1 << 20


class Upload(NamedTuple):
    """A multipart upload that has begun."""

    transport: Transport
    bucket: str
    key: str
    id: str
    there: Mapping[int, tuple[str, int]] = MappingProxyType({})
    """MD5 sums and sizes of the parts that an earlier try has sent, by number."""
    has_sums: bool = False
    """Whether the server is known to give parts their MD5 sums as etags."""

    def send(self, number: int, body: Body) -> str:
        """Send a part; its etag."""
        query = {"partNumber": str(number), "uploadId": self.id}
        answer = self.transport.ask("PUT", self.bucket, self.key, query=query, body=body)
        return answers.plain_etag(answer.headers.get("etag"))

    def copy(self, number: int, source: Mapping[str, str], first: int, last: int) -> str:
        """Let the server copy the bytes *first* to *last* of another object as a part; its etag."""
        query = {"partNumber": str(number), "uploadId": self.id}
        headers = {**source, "x-amz-copy-source-range": f"bytes={first}-{last}"}
        answer = self.transport.ask("PUT", self.bucket, self.key, query=query, headers=headers)
        return answers.plain_etag(answers.text(checked(self.transport, self.bucket, self.key, answer), "ETag"))

    def complete(self, etags: list[str], headers: Mapping[str, str]) -> Answer:
        """Make the parts one object."""
        parts = "".join(
            f"<Part><PartNumber>{number}</PartNumber><ETag>&quot;{escape(etag)}&quot;</ETag></Part>"
            for number, etag in enumerate(etags, 1)
        )
        content = (
            f'<CompleteMultipartUpload xmlns="http://s3.amazonaws.com/doc/2006-03-01/">{parts}'
            "</CompleteMultipartUpload>"
        )
        answer = self.transport.ask(
            "POST", self.bucket, self.key, query={"uploadId": self.id}, headers=headers, body=Body([content.encode()])
        )
        checked(self.transport, self.bucket, self.key, answer)
        return answer

    def abort(self) -> None:
        """Remove it and its parts from the server; that it is not there is no error."""
        try:
            self.transport.ask("DELETE", self.bucket, self.key, query={"uploadId": self.id})
        except NotFoundError:
            pass

    def forget(self) -> None:
        """Remove it in the background, as often as need be: it was cancelled."""

        def look() -> bool:
            self.abort()
            return True

        self.transport.leftovers.remove(self.bucket, self.key, look)


@contextmanager
def upload(
    transport: Transport, bucket: str, key: str, headers: Mapping[str, str], note: Note | None = None
) -> Iterator[Upload]:
    """Begin an upload, or go on with the noted one; whatever ends the block by an exception removes it from the server.

    With a *note*, one stays whose server went away, or whose keys have expired: the next try goes on with it.
    """
    begun = (note and _earlier(transport, bucket, key, note)) or _begin(transport, bucket, key, headers)
    if note is not None:
        with suppress(OSError):  # a full disk: then it is not gone on with
            note.keep(transport.endpoint.url, bucket, key, begun.id)
    try:
        yield begun
    except BaseException as error:
        if note is not None and note.id and _waits(error) and not is_cancelled():
            assert isinstance(error, StorageError)
            kept = f"What has arrived of {quoted(f'{bucket}/{key}')} is kept: the next try sends the rest."
            raise type(error)(f"{error} {kept}", error.code) from None
        if is_cancelled():
            # A server that is silent keeps nobody waiting.
            begun.forget()
            _drop(note)
            raise
        try:
            begun.abort()
        except StorageError as left:
            if isinstance(error, StorageError):
                raise type(error)(
                    f"{error} The unfinished upload could not be removed from the server ({left}); "
                    "what it holds takes room until that is done.",
                    error.code,
                ) from None
        else:
            _drop(note)
        if begun.there and isinstance(error, StorageError):
            # It may be for what is there, as where a server takes no part twice.
            raise type(error)(f"{error} The next try begins anew.", error.code) from None
        raise
    _drop(note)


def end_old(transport: Transport, notes: Path | None) -> None:
    """Remove uploads from the server that nobody has gone on with for days."""
    for note in old(notes, transport.endpoint.url):
        with suppress(StorageError):  # it is asked again next time
            if note.id:
                Upload(transport, note.bucket, note.key, note.id).abort()
            note.drop()


def _drop(note: Note | None) -> None:
    if note is not None:
        note.drop()


def _begin(transport: Transport, bucket: str, key: str, headers: Mapping[str, str]) -> Upload:
    # When it is cancelled meanwhile, its answer is awaited all the same: it has the name by which it is removed.
    return unless_cancelled(lambda: _asked(transport, bucket, key, headers), Upload.forget)


def _asked(transport: Transport, bucket: str, key: str, headers: Mapping[str, str]) -> Upload:
    # Not twice: a first one that was begun although its answer got lost would stay.
    answer = transport.ask("POST", bucket, key, query={"uploads": ""}, headers=headers, once=True)
    has_sums = answers.is_of_known_kind(answer.headers) and answers.has_sums(answer.headers)
    begun = Upload(transport, bucket, key, answers.text(answers.parse(answer.body), "UploadId"), has_sums=has_sums)
    if not begun.id:
        raise StorageError(f"{transport.endpoint.host} began no upload of {quoted(f'{bucket}/{key}')}.")
    return begun


def _earlier(transport: Transport, bucket: str, key: str, note: Note) -> Upload | None:
    """The noted upload with its parts; None when there is none (any more)."""
    there: dict[int, tuple[str, int]] = {}
    last = ""
    while note.id:
        query = {"uploadId": note.id, **({"part-number-marker": last} if last else {})}
        try:
            root = answers.parse(transport.ask("GET", bucket, key, query=query).body)
        except (NotFoundError, AccessError, UnsupportedError):
            return None  # completed, or forgotten by the server; or it does not say what it has
        for one in root.iterfind("Part"):
            sum_, size = answers.plain_etag(answers.text(one, "ETag")), answers.number(answers.text(one, "Size"))
            there[answers.number(answers.text(one, "PartNumber"))] = sum_, size
        marker = answers.text(root, "NextPartNumberMarker")
        if not answers.is_true(root, "IsTruncated") or answers.number(marker) <= answers.number(last):
            return Upload(transport, bucket, key, note.id, there)
        last = marker
    return None


def _waits(error: BaseException) -> bool:
    """Whether the next try may go on: not where a transfer was cancelled, or would fail again."""
    return isinstance(error, UnreachableError) or (isinstance(error, StorageError) and error.code in _EXPIRED)


class Part(NamedTuple):
    """A part that was sent: the server's etag, its own MD5 sum, its bytes."""

    etag: str
    md5: str
    length: int


def send_parts(begun: Upload, source: Source, size: int, gate: Gate, *, are_sums: bool = False) -> list[Part]:
    """Send everything that *source* gives, in parts of *size*. *are_sums*: etags are known for MD5 sums."""
    workers = max(1, min(_PARALLEL, _PARALLEL_BYTES // size))
    done: list[Future[Part]] = []

    # Reused, and given back to the system at the end: the heap would keep pieces of what lived in it.
    buffers = deque(memoryview(mmap.mmap(-1, size)) for _ in range(workers + 1))

    def send(number: int, content: memoryview) -> Part:
        # One sum of it is signed, and the other is looked at when all parts are there: a third would take time.
        body = Body([content], gate.passed, needs_md5=False, is_looked_at=are_sums)
        if begun.there.get(number) == (body.md5, body.length):
            gate.passed(body.length)
            return Part(body.md5, body.md5, body.length)
        etag = begun.send(number, body)
        body.answered()
        return Part(etag, body.md5, body.length)

    task = carried(send)
    with ThreadPoolExecutor(workers, "cellift-upload") as pool:
        try:
            while count := source.fill(buffers[0]):
                if len(done) == MOST_PARTS:
                    raise StorageError(
                        f"{quoted(f'{begun.bucket}/{begun.key}')} is larger than {MOST_PARTS} parts of {size >> 20} "
                        "MiB, and its size was not given before. Write it to a file first.",
                        "EntityTooLarge",
                    )
                done.append(pool.submit(task, len(done) + 1, buffers[0][:count]))
                buffers.rotate(-1)
                if len(done) >= workers + 1:
                    # The next one is read into the memory of this part.
                    done[len(done) - workers - 1].result()
            parts = [one.result() for one in done]
            _check(begun, parts)
            return parts
        except BaseException as error:
            gate.stop()
            for one in done:
                one.cancel()
            if isinstance(error, Stopped) and gate.reason is not None:
                raise gate.reason from None
            raise


def _check(begun: Upload, parts: list[Part]) -> None:
    """Raise ChecksumError when the server has some parts as they were sent, and others not.

    When it has none, its etags are no MD5 sums (it encrypts, say), unless those of its kind are: then the object that
    they become is looked at.
    """
    wrong = [number for number, part in enumerate(parts, 1) if part.etag != part.md5]
    if wrong and (begun.has_sums or len(wrong) < len(parts)):
        raise ChecksumError(
            f"Part {wrong[0]} of {quoted(f'{begun.bucket}/{begun.key}')} is not at {begun.transport.endpoint.host} as "
            "it was sent. Nothing was written. Try again; if it stays so, something on the way changes what passes."
        )


def copy_parts(begun: Upload, source: Mapping[str, str], size: int, part: int) -> list[str]:
    """Let the server copy *size* bytes in parts; their etags."""
    ranges = [(first, min(first + part, size) - 1) for first in range(0, size, part)]

    def copy(number: int) -> str:
        return begun.copy(number + 1, source, *ranges[number])

    with ThreadPoolExecutor(_PARALLEL, "cellift-copy") as pool:
        return list(pool.map(carried(copy), range(len(ranges))))


def etag_of_parts(sums: list[str]) -> str:
    """The etag that S3 gives an object of parts with these MD5 sums."""
    joined = b"".join(bytes.fromhex(one) for one in sums)
    return f"{hashlib.md5(joined, usedforsecurity=False).hexdigest()}-{len(sums)}"
