"""Whether what a server has is what was sent."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from cellift.storage.api import EtagSum, ObjectInfo
from cellift.storage.errors import ChecksumError, StorageError
from cellift.storage.s3 import answers
from cellift.storage.s3.multipart import Part, etag_of_parts
from cellift.storage.s3.reading import read
from cellift.storage.s3.transport import Answer, Transport
from cellift.storage.shown import quoted

_ETAG = re.compile(r"[0-9a-f]{32}(?:-(\d{1,5}))?")


class Verifier:
    """Compares etags with MD5 sums. Whether a server's etags are such is measured, by reading an object back once.

    Requests also carry a sum that the server is to check itself: ``Content-MD5``, or for parts a signed SHA-256. Parts
    do without where nobody can change what passes (TLS, this machine), and etags are known for sums.
    """

    def __init__(self, transport: Transport) -> None:
        self._transport = transport
        self.etags_are_sums: bool | None = None
        self._keeps_etags: bool | None = None
        self._read_as_sums = {False: True, True: True}
        """Whether etags are taken for sums when an object is read: those of the whole, those of parts."""

    def takes_for_sums(self, headers: Mapping[str, str]) -> bool:
        """Whether this server's etags of what is no upload of parts are MD5 sums."""
        return self.etags_are_sums is True or (self.etags_are_sums is None and answers.is_of_known_kind(headers))

    def etag_sum(self, bucket: str, key: str, found: ObjectInfo) -> EtagSum | None:
        """See `Store.etag_sum`."""
        form = _ETAG.fullmatch(found.etag)
        if form is None or not self._read_as_sums[bool(form[1])] or (not form[1] and self.etags_are_sums is False):
            return None
        if not form[1]:
            return EtagSum(0, False)
        try:
            headers = self._part(bucket, key, found, 1)
            part, count = answers.number(headers.get("content-length")), int(form[1])
            if not part or -(-found.size // part) != count or not answers.has_sums(headers):
                return None
            # All alike: else the sizes of the others would have to be known, too.
            last = answers.number(self._part(bucket, key, found, count).get("content-length"))
            if last != found.size - part * (count - 1):
                return None
        except StorageError:
            return None  # a server that does not know parts once they are an object
        return EtagSum(part, answers.is_of_known_kind(headers))

    def _part(self, bucket: str, key: str, found: ObjectInfo, number: int) -> Mapping[str, str]:
        query = {"partNumber": str(number), **({"versionId": found.version} if found.version else {})}
        return self._transport.ask("HEAD", bucket, key, query=query).headers

    def learn(self, found: ObjectInfo, is_sum: bool) -> None:
        """See `Store.learn_etag`."""
        in_parts = "-" in found.etag
        self._read_as_sums[in_parts] = is_sum
        if is_sum and not in_parts:
            self.etags_are_sums = True

    def verified(
        self, bucket: str, key: str, answer: Answer, etag: str, parts: Sequence[Part], *, single: bool
    ) -> ObjectInfo:
        """The object that was written of *parts*, verified; ChecksumError when the server has something else."""
        size = sum(part.length for part in parts)
        expected = parts[0].md5 if single else etag_of_parts([part.md5 for part in parts])
        version = answer.headers.get("x-amz-version-id")
        written = ObjectInfo(key, size, etag=etag, version=None if version in (None, "null") else version)
        if etag == expected:
            self.etags_are_sums = True
            if single:
                written = replace(written, checksums={"md5": expected})
            if self._keeps_etags:
                return written
            # A server may tell a sum once, with the answer, and know no etag later.
            found = self._look(bucket, written)
            self._keeps_etags = not answers.is_made_up(found.etag)
            return written if self._keeps_etags else replace(written, etag=found.etag, modified=found.modified)
        found = self._look(bucket, written)
        # An answer without an etag tells nothing at all: then the content has to.
        by_content = self.etags_are_sums is not False or not etag
        if found.size != size or (by_content and not self._is_same(bucket, key, found, parts)):
            raise ChecksumError(
                f"{quoted(f'{bucket}/{key}')} is not at {self._transport.endpoint.host} as it was sent: {found.size} "
                f"bytes are there, {size} were sent. Write it again; if it stays so, something on the way changes "
                "what passes."
            )
        if etag:
            self.etags_are_sums = False
        return replace(written, etag=found.etag, modified=found.modified)

    def _look(self, bucket: str, written: ObjectInfo) -> ObjectInfo:
        query = {"versionId": written.version} if written.version else {}
        return answers.of_headers(written.key, self._transport.ask("HEAD", bucket, written.key, query=query).headers)

    def _is_same(self, bucket: str, key: str, found: ObjectInfo, parts: Sequence[Part]) -> bool:
        left = [(part.length, part.md5) for part in parts]
        summed, count = hashlib.md5(usedforsecurity=False), 0
        for piece in read(self._transport, bucket, key, 0, None, found.version, found.etag):
            rest = memoryview(piece)
            while rest:
                if not left:
                    return False
                taken = rest[: left[0][0] - count]
                summed.update(taken)
                count += len(taken)
                rest = rest[len(taken) :]
                if count == left[0][0]:
                    if summed.hexdigest() != left.pop(0)[1]:
                        return False
                    summed, count = hashlib.md5(usedforsecurity=False), 0
        return not [length for length, _ in left if length]
