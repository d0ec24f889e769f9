"""Signed requests to one S3 server: regions, tries, and errors.

The signature and the form of URLs are the `minio` SDK's. Its client itself is not used: it sends no conditions, takes
no answers of the type ``text/xml`` and gives no pages.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple, cast
from urllib.parse import SplitResult, urlunsplit

from cellift.storage.cancelling import check, is_cancelled, pause
from cellift.storage.errors import StorageError, UnsupportedError
from cellift.storage.s3.answers import parse
from cellift.storage.s3.body import NOTHING, Body
from cellift.storage.s3.endpoint import Endpoint, check_url
from cellift.storage.s3.faults import Place, Refusal, fault, refusal
from cellift.storage.s3.leftovers import Leftovers
from cellift.storage.s3.no_answer import no_answer
from cellift.storage.s3.pool import make_pool
from cellift.storage.secret import Keys
from cellift.storage.shown import quoted

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

    from minio.credentials.credentials import Credentials
    from urllib3.response import BaseHTTPResponse

_DEFAULT_REGION = "us-east-1"
_TRY_AGAIN = frozenset({429, 500, 502, 503, 504})
_FIRST_PAUSE = 0.2
_LONGEST_PAUSE = 5.0
_MOST_ERROR_BYTES = 64 << 10
_MOST_BYTES = 32 << 20
"""Bytes of an answer that is read whole: a page of 1000 keys of 1024 bytes, each encoded, has a tenth of it."""
_REGION_CODES = frozenset(
    {"AuthorizationHeaderMalformed", "PermanentRedirect", "TemporaryRedirect", "InvalidRegion", "XMinioInvalidRegion"}
)


class Answer(NamedTuple):
    """A short answer, read whole."""

    headers: Mapping[str, str]
    body: bytes


class Transport:
    """Sends requests. Used by several threads at once; one pool of connections."""

    def __init__(self, endpoint: Endpoint, keys: Keys | None, pause: Callable[[float], None] = pause) -> None:
        """*pause* waits for so many seconds before the next try."""
        check_url(endpoint.url)
        try:
            from minio.credentials.credentials import Credentials
            from minio.helpers import BaseURL
        except ImportError:
            raise UnsupportedError(
                "MinIO and S3 need the package minio, which is not installed: pip install 'cellift[s3]'"
            ) from None
        self.endpoint = endpoint
        self.keys = keys
        self._pause = pause
        self.leftovers = Leftovers()
        self._credentials: Credentials | None = None
        try:
            if keys is not None:
                token = keys.token.reveal() if keys.token else None
                self._credentials = Credentials(keys.key_id.reveal(), keys.secret.reveal(), token)
            self._urls = BaseURL(endpoint.url, endpoint.region or None)
        except ValueError as error:
            raise StorageError(f"Connection {quoted(endpoint.name)} cannot be used: {error}.", "InvalidURI") from None
        if endpoint.path_style is not None:
            self._urls.virtual_style_flag = not endpoint.path_style
        self._regions: dict[str, str] = {}
        self._pool = make_pool(endpoint)

    @property
    def is_amazon(self) -> bool:
        """Whether the server is Amazon's own."""
        return bool(self._urls.is_aws_host)

    def region(self, bucket: str) -> str:
        """The region that requests for a bucket are signed for: learnt from the server, set, or the first there was."""
        return self._regions.get(bucket) or self._urls.region or _DEFAULT_REGION

    def ask(
        self,
        method: str,
        bucket: str = "",
        key: str = "",
        *,
        query: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        body: Body = NOTHING,
        once: bool = False,
    ) -> Answer:
        """Send a request and read the answer. ``once``: not again when it is not known whether it was done."""
        place = Place(self.endpoint, self.keys, bucket, key)
        with self.stream(method, bucket, key, query=query, headers=headers, body=body, once=once) as response:
            with _told(place):
                content = bytearray()
                # To the empty piece: only that one tells a body that was cut off.
                while len(content) <= _MOST_BYTES and (piece := response.read(_MOST_BYTES + 1)):
                    content += piece
            if len(content) > _MOST_BYTES:
                raise StorageError(
                    f"{self.endpoint.host} answers with more than {_MOST_BYTES >> 20} MiB where S3 servers answer "
                    "with a page. Is it an S3 server, and nothing else?"
                )
            return Answer(response.headers, bytes(content))

    @contextmanager
    def stream(
        self,
        method: str,
        bucket: str = "",
        key: str = "",
        *,
        query: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        body: Body = NOTHING,
        once: bool = False,
    ) -> Iterator[BaseHTTPResponse]:
        """Send a request; the answer is read by the caller. Its connection is given back, or closed when not read."""
        response = self._sent(
            Place(self.endpoint, self.keys, bucket, key),
            method,
            dict(query or {}),
            dict(headers or {}),
            body,
            once=once,
        )
        try:
            yield response
        finally:
            _give_back(response)

    def presigned(self, method: str, bucket: str, key: str, seconds: int) -> str:
        """A URL that does this without credentials for so many seconds. It holds a signature: for the user alone."""
        from minio.signer import presign_v4
        from minio.time import utcnow

        if self._credentials is None:
            raise UnsupportedError(
                f"Connection {quoted(self.endpoint.name)} is anonymous, and only keys can sign a link. The object's "
                "own address can be read by everyone who may."
            )
        token = self._credentials.session_token
        query = {"X-Amz-Security-Token": token} if token else {}
        url = self._url(method, bucket, key, query)
        signed = presign_v4(
            method=method,
            url=url,
            region=self.region(bucket),
            credentials=self._credentials,
            date=utcnow(),
            expires=seconds,
        )
        return urlunsplit(signed)

    # --- parts of the above
    def _sent(
        self,
        place: Place,
        method: str,
        query: dict[str, str],
        headers: dict[str, str],
        body: Body,
        *,
        once: bool,
    ) -> BaseHTTPResponse:
        from urllib3.exceptions import ConnectTimeoutError, HTTPError, ProxyError, ReadTimeoutError, SSLError

        tries = 0
        while True:
            check()
            tries += 1
            last = tries >= self.endpoint.tries
            try:
                response = self._send(place, method, query, headers, body)
            except (ConnectTimeoutError, ProxyError, SSLError, ReadTimeoutError) as error:
                # Nobody is there, it is the wrong one, or long enough was waited: that is told at once.
                raise no_answer(place, error) from None
            except HTTPError as error:
                if once or last or is_cancelled():
                    raise no_answer(place, error) from None
                self._wait(tries, None)
                continue
            if response.status < 300:
                return response
            found = self._refusal(place, method, response)
            if self._learns_region(place, found):
                continue
            if found.status in _TRY_AGAIN and found.code != "NotImplemented" and not last:
                self._wait(tries, found.headers.get("retry-after"))
                continue
            if method == "HEAD":
                found = self._explained(place, query, found)
            raise fault(place, found, tries)

    def _send(
        self, place: Place, method: str, query: dict[str, str], headers: dict[str, str], body: Body
    ) -> BaseHTTPResponse:
        url = self._url(method, place.bucket, place.key, query)
        signed = self._signed(method, url, place.bucket, headers, body)
        # Not by the manager: it would take a key for a path, and shorten it.
        pool = self._pool.connection_from_url(f"{url.scheme}://{url.netloc}")
        target = url.path + (f"?{url.query}" if url.query else "")
        if pool.proxy is not None and url.scheme == "http":
            target = f"{url.scheme}://{url.netloc}{target}"
        return pool.urlopen(
            method,
            target,
            # Slices of bytes, which the client sends as they are.
            body=cast("Iterable[bytes]", body) if body.length else None,
            headers=signed,
            retries=False,
            redirect=False,
            assert_same_host=False,  # the pool of a proxy has another host than the URL
            preload_content=False,
            decode_content=False,
        )

    def _url(self, method: str, bucket: str, key: str, query: Mapping[str, str]) -> SplitResult:
        url = self._urls.build(
            method=method,
            region=self.region(bucket),
            bucket_name=bucket or None,
            object_name=key or None,
            query_params=dict(query),
        )
        return SplitResult(*url)

    def _signed(
        self, method: str, url: SplitResult, bucket: str, given: Mapping[str, str], body: Body
    ) -> dict[str, str]:
        from minio.signer import sign_v4_s3
        from minio.time import to_amz_date, utcnow

        headers = {**given, "Host": url.netloc, "Accept-Encoding": "identity"}
        if body.length or method in ("PUT", "POST"):
            headers["Content-Length"] = str(body.length)
        # TLS guards the content; without it, the signature does. On this machine nobody is between.
        is_guarded = url.scheme == "https" or (body.is_looked_at and self.endpoint.is_here)
        has_sum = self._credentials is not None and not is_guarded
        if body.length and (body.needs_md5 or not (has_sum or body.is_looked_at)):
            headers["Content-MD5"] = body.content_md5
        if self._credentials is None:
            return headers
        payload = body.sha256 if has_sum else "UNSIGNED-PAYLOAD"
        date = utcnow()
        headers["x-amz-content-sha256"] = payload
        headers["x-amz-date"] = to_amz_date(date)
        if self._credentials.session_token:
            headers["X-Amz-Security-Token"] = self._credentials.session_token
        # Accept-Encoding and Content-Length are no part of the signature: proxies change them.
        unsigned = {name: headers.pop(name) for name in ("Accept-Encoding", "Content-Length") if name in headers}
        signed = sign_v4_s3(
            method=method,
            url=url,
            region=self.region(bucket),
            headers=headers,  # type: ignore[arg-type]  # an invariant dict; texts are what it is for
            credentials=self._credentials,
            content_sha256=payload,
            date=date,
        )
        return {**signed, **unsigned}  # type: ignore[dict-item]

    def _refusal(self, place: Place, method: str, response: BaseHTTPResponse) -> Refusal:
        body = b""
        if method != "HEAD":
            with _told(place):
                body = response.read(_MOST_ERROR_BYTES)
        _give_back(response)
        return refusal(place, response.status, response.headers, body)

    def _learns_region(self, place: Place, found: Refusal) -> bool:
        """Whether the server named the bucket's region and the request should be sent there, once."""
        if found.code not in _REGION_CODES and found.status not in (301, 307, 400):
            return False
        region = found.region
        if not region or not place.bucket or region == self.region(place.bucket) or place.bucket in self._regions:
            return False
        if self.endpoint.region and not self.is_amazon:
            return False  # it was set, and is wrong: that is told
        self._regions[place.bucket] = region
        return True

    def _explained(self, place: Place, query: dict[str, str], found: Refusal) -> Refusal:
        """An answer to HEAD has no body: ask the same with GET for one byte, whose answer says why."""
        asked = {"Range": "bytes=0-0"} if place.key else {}
        if not place.key:
            query = {**query, "list-type": "2", "max-keys": "1"}
        from urllib3.exceptions import HTTPError

        try:
            response = self._send(place, "GET", query, asked, NOTHING)
        except HTTPError as error:
            raise no_answer(place, error) from None
        if response.status < 300 or response.status == 416:
            response.close()
            return found
        return self._refusal(place, "GET", response)

    def _wait(self, tries: int, asked: str | None) -> None:
        seconds = _FIRST_PAUSE * 2 ** (tries - 1) * random.uniform(0.75, 1.25)  # noqa: S311 - only spreads callers
        if asked and asked.strip().isdigit():
            seconds = max(seconds, float(asked))
        self._pause(min(seconds, _LONGEST_PAUSE))


def checked(transport: Transport, bucket: str, key: str, answer: Answer) -> Element:
    """The root of an answer, which may be an error although its status is 200: the server had begun to answer."""
    root = parse(answer.body)
    if root.tag == "Error":
        place = Place(transport.endpoint, transport.keys, bucket, key)
        raise fault(place, refusal(place, 500, answer.headers, answer.body))
    return root


def expect(transport: Transport, root: Element, tag: str) -> None:
    """Raise unless an answer is of this kind: a page of a portal or a proxy, with status 200, would be an empty one."""
    if root.tag != tag:
        raise StorageError(
            f"{transport.endpoint.host} does not answer as an S3 server does: {quoted(f'<{root.tag[:20]}>')} instead "
            f"of <{tag}>. Look at the `url` of connection {quoted(transport.endpoint.name)}, and for a proxy between."
        )


@contextmanager
def _told(place: Place) -> Iterator[None]:
    """Turn errors of the HTTP client inside into those of a store."""
    from urllib3.exceptions import HTTPError

    try:
        yield
    except HTTPError as error:
        raise no_answer(place, _cause(error)) from None


def _give_back(response: BaseHTTPResponse) -> None:
    """Let the connection be used again when nothing is left to be read of the answer; else close it."""
    if response.length_remaining == 0:
        response.read()  # ends the answer for the connection, also one to HEAD
        response.release_conn()
    else:
        response.close()


def _cause(error: Exception) -> Exception:
    from http.client import IncompleteRead

    from urllib3.exceptions import ProtocolError

    inner = error.args[-1] if error.args else None
    return inner if isinstance(error, ProtocolError) and isinstance(inner, IncompleteRead) else error
