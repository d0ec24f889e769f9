"""An object's bytes, as they come."""

from __future__ import annotations

from collections.abc import Generator

from cellift.storage.api import PIECE
from cellift.storage.cancelling import is_cancelled
from cellift.storage.errors import ChangedError, ConditionError, StorageError, TruncatedError
from cellift.storage.s3 import answers
from cellift.storage.s3.faults import Place
from cellift.storage.s3.no_answer import no_answer
from cellift.storage.s3.transport import Transport
from cellift.storage.shown import quoted


def read(
    transport: Transport, bucket: str, key: str, start: int, length: int | None, version: str | None, etag: str | None
) -> Generator[bytes, None, None]:
    """See `Store.read`; *length* is at least 1."""
    from urllib3.exceptions import HTTPError

    headers = {}
    if start or length is not None:
        headers["Range"] = f"bytes={start}-" + ("" if length is None else str(start + length - 1))
    if etag is not None and not answers.is_made_up(etag):
        headers["If-Match"] = f'"{etag}"'
    query = {} if version is None else {"versionId": version}
    try:
        with transport.stream("GET", bucket, key, query=query, headers=headers) as response:
            if etag not in (None, answers.of_headers(key, response.headers).etag):
                raise _changed(bucket, key)
            skip = start - answers.first_byte(response.headers)
            if skip < 0:
                raise _broken_range(transport, bucket, key)
            left = length
            while left is None or left > 0:
                try:
                    piece = response.read(PIECE)
                except HTTPError as error:
                    raise _broken(transport, bucket, key, error) from None
                if not piece:
                    break
                dropped = min(skip, len(piece))
                skip -= dropped
                piece = piece[dropped:] if left is None else piece[dropped : dropped + left]
                if piece:
                    left = None if left is None else left - len(piece)
                    yield piece
            if response.length_remaining and (left is None or left > 0):
                raise TruncatedError(f"{quoted(f'{bucket}/{key}')} was cut off on its way. Read it again.")
    except ConditionError as error:
        raise _changed(bucket, key) from error
    except StorageError as error:
        if error.code != "InvalidRange":
            raise
        # From the end on there is nothing, which is no error; but it may be that of another object.
        yield from nothing(transport, bucket, key, version, etag)


def nothing(
    transport: Transport, bucket: str, key: str, version: str | None, etag: str | None
) -> Generator[bytes, None, None]:
    """No bytes of an object that has to be there, and to have the *etag* when one is given."""
    query = {} if version is None else {"versionId": version}
    found = answers.of_headers(key, transport.ask("HEAD", bucket, key, query=query).headers)
    if etag not in (None, found.etag):
        raise _changed(bucket, key)
    yield from ()


def _changed(bucket: str, key: str) -> ChangedError:
    return ChangedError(f"{quoted(f'{bucket}/{key}')} was replaced since it was looked at. Read it from the start.")


def _broken_range(transport: Transport, bucket: str, key: str) -> StorageError:
    return StorageError(f"{transport.endpoint.host} sends another part of {quoted(f'{bucket}/{key}')} than was asked.")


def _broken(transport: Transport, bucket: str, key: str, error: Exception) -> StorageError:
    from urllib3.exceptions import ProtocolError

    place = Place(transport.endpoint, transport.keys, bucket, key)
    # Also a connection that was reset: the rest did not come.
    if isinstance(error, ProtocolError) and not is_cancelled():
        return TruncatedError(
            f"{place.what} was cut off on its way from {transport.endpoint.host}: the connection broke. Read it again, "
            "from where it ended."
        )
    return no_answer(place, error)
