from __future__ import annotations

import io
import re
import socket
import threading
from dataclasses import replace
from email.utils import formatdate
from pathlib import Path

import pytest

from cellift.storage.errors import (
    AccessError,
    ChecksumError,
    FullError,
    NotFoundError,
    StorageError,
    TruncatedError,
    UnreachableError,
    UnsupportedError,
)
from cellift.storage.place import Place
from cellift.storage.s3 import multipart
from cellift.storage.s3.endpoint import Endpoint
from cellift.storage.s3.store import S3Store
from cellift.storage.secret import keys
from cellift.storage.transfer import download
from storage.fault_proxy import answer, error
from storage.kit import get, put
from storage.rclone import Rclone
from unit.storage.s3.conftest import Setting


def told(setting: Setting, fault: bytes, kind: type[StorageError] = StorageError) -> StorageError:
    """What a page says when the server answers so."""
    setting.proxy.fault = lambda _: fault
    with pytest.raises(kind) as caught:
        setting.store.page(setting.bucket)
    return caught.value


@pytest.mark.parametrize(
    ("status", "code", "kind", "says"),
    [
        ("400 Bad Request", "ExpiredToken", AccessError, "have expired. Get new ones"),
        ("400 Bad Request", "InvalidToken", AccessError, "wants a session token"),
        ("403 Forbidden", "AccessDenied", AccessError, "Ask the owner for the right"),
        ("403 Forbidden", "SignatureDoesNotMatch", AccessError, "secret key of connection 'behind' is wrong"),
        ("403 Forbidden", "InvalidAccessKeyId", AccessError, "does not know the key id"),
        ("404 Not Found", "NoSuchBucket", NotFoundError, "There is no bucket 'test-"),
        ("501 Not Implemented", "NotImplemented", UnsupportedError, "cannot do this"),
        ("507 Insufficient Storage", "XMinioStorageFull", FullError, "no room left"),
        ("400 Bad Request", "SomethingNew", StorageError, "HTTP 400, SomethingNew"),
        ("403 Forbidden", "QuotaOfTheWeek", AccessError, "HTTP 403, QuotaOfTheWeek). Look at the keys of connection"),
        ("401 Unauthorized", "WhoIsThis", AccessError, "HTTP 401, WhoIsThis). Look at the keys of connection 'behind'"),
    ],
)
@pytest.mark.parametrize("content_type", ["application/xml", "text/xml", "text/plain", ""])
def test_the_servers_code_is_read_whatever_type_the_answer_has(
    setting: Setting, status: str, code: str, kind: type[StorageError], says: str, content_type: str
) -> None:
    caught = told(setting, error(status, code, "words", content_type), kind)
    assert caught.code == code
    assert says in str(caught)


def test_an_answer_that_is_almost_xml_still_has_its_code(setting: Setting) -> None:
    body = b"<Error><Code>NoSuchKey</Code><Message>m</Message><Key>a\x1bb & c</Key></Error>"
    assert told(setting, answer("404 Not Found", body)).code == "NoSuchKey"


def test_clocks_that_differ_are_told_with_by_how_much(setting: Setting) -> None:
    fault = error("403 Forbidden", "RequestTimeTooSkewed", date=formatdate(2_000_000_000, usegmt=True))
    assert "min ahead. Set the clock" in str(told(setting, fault, AccessError))


def test_slow_down_is_tried_again_after_pauses_that_grow_and_then_told(setting: Setting) -> None:
    caught = told(setting, error("503 Slow Down", "SlowDown"), UnreachableError)
    assert caught.code == "SlowDown" and "after 3 tries" in str(caught)
    assert len(setting.proxy.seen) == 3
    first, second = setting.pauses
    assert 0.1 < first < 0.3 < second < 0.6


def test_a_server_that_says_how_long_to_wait_is_waited_for_within_bounds(setting: Setting) -> None:
    told(setting, error("503 Slow Down", "SlowDown", retry_after="3"))
    assert setting.pauses == [3.0, 3.0]
    setting.pauses.clear()
    told(setting, error("503 Slow Down", "SlowDown", retry_after="86400"))
    assert setting.pauses == [5.0, 5.0]


def test_one_busy_moment_is_not_noticed(setting: Setting) -> None:
    setting.proxy.fault = lambda _: error("503 Slow Down", "SlowDown") if len(setting.proxy.seen) == 1 else None
    put(setting.store, setting.bucket, "a", b"kept")
    assert get(setting.direct, setting.bucket, "a") == b"kept"


def test_progress_is_counted_once_when_a_piece_is_sent_twice(setting: Setting) -> None:
    setting.proxy.fault = lambda _: error("503 Slow Down", "SlowDown") if len(setting.proxy.seen) == 1 else None
    moved: list[int] = []
    setting.store.write(setting.bucket, "a", io.BytesIO(bytes(100)), size=100, moved=moved.append)
    assert moved == [100]


def test_a_reset_connection_is_tried_again_and_then_told(setting: Setting) -> None:
    caught = told(setting, b"", UnreachableError)
    assert "broke the connection" in str(caught) and len(setting.proxy.seen) == 3


@pytest.mark.parametrize("kept", [0, 1, 70_000])
def test_a_body_that_is_cut_off_is_told(setting: Setting, kept: int) -> None:
    put(setting.direct, setting.bucket, "a", bytes(100_000))

    def cut(_: object, given: bytes) -> bytes:
        head, _, body = given.partition(b"\r\n\r\n")
        return head + b"\r\n\r\n" + body[:kept]

    setting.proxy.change = cut
    with pytest.raises(TruncatedError, match="cut off on its way"):
        get(setting.store, setting.bucket, "a")


def test_a_listing_that_is_cut_off_is_told(setting: Setting) -> None:
    setting.proxy.change = lambda _, given: given[:-30]
    with pytest.raises(TruncatedError):
        setting.store.page(setting.bucket)


def test_a_server_that_is_silent_is_told_with_the_time(setting: Setting) -> None:
    listener = socket.create_server(("127.0.0.1", 0))
    url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    store = S3Store(Endpoint("silent", url, read_seconds=0.1), keys("id", "secret"))
    try:
        with pytest.raises(UnreachableError, match=r"sent nothing for 0\.1 s"):
            store.buckets()
    finally:
        listener.close()


def test_a_refused_connection_is_told_at_once(setting: Setting) -> None:
    listener = socket.create_server(("127.0.0.1", 0))
    url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    listener.close()
    with pytest.raises(UnreachableError, match=r"refuses the connection: does the server run\?"):
        S3Store(Endpoint("gone", url), keys("id", "secret")).buckets()


def test_a_host_that_is_not_known_is_told() -> None:
    with pytest.raises(UnreachableError, match=r"no-such-host\.invalid is not known"):
        S3Store(Endpoint("nowhere", "http://no-such-host.invalid"), keys("id", "secret")).buckets()


def test_https_to_a_server_that_speaks_http_is_told(rclone: Rclone) -> None:
    url = rclone.url.replace("http:", "https:")
    with pytest.raises(UnreachableError, match="does its `url` start with http://"):
        try:
            S3Store(Endpoint("plain", url), rclone.keys).buckets()
        except UnreachableError as caught:
            raise UnreachableError(str(caught).replace("Does", "does")) from None


def test_what_is_no_s3_server_is_told(setting: Setting) -> None:
    page = b"<html><body>Welcome to the router</body></html>"
    assert "S3 server" in str(told(setting, answer("200 OK", page, content_type="text/html")))
    assert "S3 server" in str(told(setting, answer("404 Not Found", page, content_type="text/html")))
    assert "S3 server" in str(told(setting, answer("200 OK", b"hello", content_type="text/plain")))


def test_a_wrong_region_that_was_set_is_told_with_the_right_one(setting: Setting, rclone: Rclone) -> None:
    body = b"<Error><Code>AuthorizationHeaderMalformed</Code><Message>m</Message><Region>eu-west-3</Region></Error>"
    setting.proxy.fault = lambda _: answer("400 Bad Request", body, content_type="application/xml")
    store = S3Store(replace(rclone.endpoint(), url=setting.proxy.url, region="us-west-2"), rclone.keys)
    with pytest.raises(StorageError, match=r"another region: eu-west-3\. Set `region`"):
        store.page(setting.bucket)


def test_a_region_that_was_not_set_is_learnt_once(setting: Setting) -> None:
    body = b"<Error><Code>AuthorizationHeaderMalformed</Code><Message>m</Message><Region>eu-west-3</Region></Error>"
    setting.proxy.fault = lambda _: (
        answer("400 Bad Request", body, content_type="application/xml") if len(setting.proxy.seen) == 1 else None
    )
    setting.store.page(setting.bucket)
    setting.store.page(setting.bucket)
    assert len(setting.proxy.seen) == 3
    assert [b"/eu-west-3/s3/" in one for one in setting.proxy.raw] == [False, True, True]


@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [("400 Bad Request", "ExpiredToken", AccessError), ("403 Forbidden", "RequestTimeTooSkewed", AccessError)],
)
def test_a_head_without_a_body_is_explained(setting: Setting, status: str, code: str, kind: type[StorageError]) -> None:
    setting.proxy.fault = lambda head: answer(status) if head[0] == "HEAD" else error(status, code)
    with pytest.raises(kind) as caught:
        setting.store.stat(setting.bucket, "a")
    assert caught.value.code == code


def test_a_write_that_arrives_changed_is_told(setting: Setting) -> None:
    put(setting.direct, setting.bucket, "a", b"what came of it")
    # The server says that it has something else than what was sent, and gives that when it is asked.
    other = answer("200 OK", ETag='"00000000000000000000000000000000"')
    setting.proxy.fault = lambda head: other if head[0] == "PUT" else None
    with pytest.raises(ChecksumError, match=r"is not at .* as it was sent"):
        put(setting.store, setting.bucket, "a", b"what was sent, ")


def test_etags_that_are_no_sums_are_found_out_by_reading_back_once(setting: Setting) -> None:
    def other_etag(head: tuple[str, str], given: bytes) -> bytes:
        top, _, body = given.partition(b"\r\n\r\n")
        other = b'Etag: "ffffffffffffffffffffffffffffffff"'
        lines = [other if one.lower().startswith(b"etag:") else one for one in top.split(b"\r\n")]
        return b"\r\n".join(lines) + b"\r\n\r\n" + body

    setting.proxy.change = other_etag
    put(setting.store, setting.bucket, "a", b"content")
    assert [method for method, _ in setting.proxy.seen] == ["PUT", "HEAD", "GET"]
    put(setting.store, setting.bucket, "a", b"content")
    assert [method for method, _ in setting.proxy.seen[3:]] == ["PUT", "HEAD"]


def unknown_kind(head: tuple[str, str], given: bytes) -> bytes:
    """The answer of a server of which nobody knows what its etags are, and they are no sums."""
    top, _, body = given.partition(b"\r\n\r\n")
    top = top.replace(b"AmazonS3", b"Homemade")
    lines = [b'Etag: "' + b"7" * 32 + b'"' if one.lower().startswith(b"etag:") else one for one in top.split(b"\r\n")]
    return b"\r\n".join(lines) + b"\r\n\r\n" + body


def test_etags_of_an_unknown_server_that_are_no_sums_are_found_out_by_reading_once_more(
    setting: Setting, tmp_path: Path
) -> None:
    put(setting.direct, setting.bucket, "a", b"content")
    setting.proxy.change = unknown_kind
    place = Place(setting.store, "behind", setting.bucket, "a")
    for readings in (2, 1):
        setting.proxy.seen.clear()
        download(place, tmp_path / "a")
        assert (tmp_path / "a").read_bytes() == b"content"
        assert sum(method == "GET" and "tagging" not in target for method, target in setting.proxy.seen) == readings


def test_damage_between_an_unknown_server_and_us_is_told(setting: Setting, tmp_path: Path) -> None:
    put(setting.direct, setting.bucket, "a", b"content")
    damaged: list[str] = []

    def damage(head: tuple[str, str], given: bytes) -> bytes:
        given = given.replace(b"AmazonS3", b"Homemade")
        if head[0] == "GET" and "tagging" not in head[1] and not damaged:
            damaged.append(head[1])
            return given.replace(b"content", b"contend")
        return given

    setting.proxy.change = damage
    with pytest.raises(ChecksumError, match="md5"):
        download(Place(setting.store, "behind", setting.bucket, "a"), tmp_path / "a")
    assert list(tmp_path.iterdir()) == []


def test_a_server_that_finds_the_content_damaged_is_told(setting: Setting) -> None:
    setting.proxy.fault = lambda head: error("400 Bad Request", "BadDigest") if head[0] == "PUT" else None
    with pytest.raises(ChecksumError, match="Send it again"):
        put(setting.store, setting.bucket, "a", b"x")


BIG = 20 << 20


def test_a_part_that_arrives_changed_becomes_no_object(setting: Setting) -> None:
    def changed(head: tuple[str, str], given: bytes) -> bytes:
        top, _, body = given.partition(b"\r\n\r\n")
        other = b'Etag: "ffffffffffffffffffffffffffffffff"'
        lines = [other if one.lower().startswith(b"etag:") else one for one in top.split(b"\r\n")]
        return b"\r\n".join(lines) + b"\r\n\r\n" + body if "partNumber=2&" in head[1] else given

    setting.proxy.change = changed
    with pytest.raises(ChecksumError, match=r"^Part 2 of .* Nothing was written"):
        setting.store.write(setting.bucket, "a", io.BytesIO(bytes(BIG)), size=BIG)
    assert setting.direct.uploads(setting.bucket) == []
    with pytest.raises(NotFoundError):
        setting.direct.stat(setting.bucket, "a")


@pytest.mark.parametrize("by_proxy", [False, True])
@pytest.mark.parametrize("known", [False, True])
@pytest.mark.parametrize("size", [1, BIG])
def test_every_content_is_sent_with_a_sum_that_somebody_checks(
    setting: Setting, rclone: Rclone, size: int, known: bool, by_proxy: bool
) -> None:
    endpoint = replace(rclone.endpoint(), url=setting.proxy.url)
    if by_proxy:
        endpoint = replace(endpoint, url=rclone.url, proxy=setting.proxy.url)
    store = S3Store(endpoint, rclone.keys)
    if known:
        put(store, setting.bucket, "before")
    before = len(setting.proxy.raw)
    store.write(setting.bucket, "a", io.BytesIO(bytes(size)), size=size)
    heads = [one.lower().partition(b"\r\n\r\n")[0] for one in setting.proxy.raw[before:] if one.startswith(b"PUT ")]
    assert len(heads) == (1 if size == 1 else 3)
    # Parts on this machine, to a server whose etags are compared; else the signature holds a sum.
    without = known and size == BIG and not by_proxy
    for head in heads:
        assert (b"x-amz-content-sha256: unsigned-payload" in head) == without
        assert bool(re.search(rb"x-amz-content-sha256: [0-9a-f]{64}", head)) != without
        assert (b"content-md5: " in head) == (size == 1)


@pytest.mark.parametrize("part", [1, 2, 3])
def test_a_multipart_upload_that_fails_leaves_none_behind(setting: Setting, part: int) -> None:
    setting.proxy.fault = lambda head: (
        error("403 Forbidden", "AccessDenied") if f"partNumber={part}&" in head[1] else None
    )
    with pytest.raises(AccessError):
        setting.store.write(setting.bucket, "a", io.BytesIO(bytes(BIG)), size=BIG)
    assert setting.direct.uploads(setting.bucket) == []
    assert any(method == "DELETE" for method, _ in setting.proxy.seen)


def test_a_completion_that_fails_with_status_200_is_an_error_and_leaves_nothing(setting: Setting) -> None:
    setting.proxy.fault = lambda head: (
        error("200 OK", "InternalError") if head[0] == "POST" and "uploadId" in head[1] else None
    )
    with pytest.raises(UnreachableError):
        setting.store.write(setting.bucket, "a", io.BytesIO(bytes(BIG)), size=BIG)
    assert setting.direct.uploads(setting.bucket) == []
    with pytest.raises(NotFoundError):
        setting.direct.stat(setting.bucket, "a")


def test_a_multipart_upload_that_cannot_be_removed_is_told(setting: Setting) -> None:
    setting.proxy.fault = lambda head: (
        error("403 Forbidden", "AccessDenied") if "partNumber=" in head[1] or head[0] == "DELETE" else None
    )
    with pytest.raises(AccessError, match="unfinished upload could not be removed"):
        setting.store.write(setting.bucket, "a", io.BytesIO(bytes(BIG)), size=BIG)
    assert setting.direct.uploads(setting.bucket) == ["a"]


def test_a_completion_whose_answer_is_lost_is_found_to_be_done(setting: Setting) -> None:
    lost: list[str] = []

    def lose(head: tuple[str, str], given: bytes) -> bytes:
        if head[0] == "POST" and "uploadId" in head[1] and not lost:
            lost.append(head[1])
            return b""
        return given

    setting.proxy.change = lose
    content = bytes(range(256)) * (BIG // 256)
    written = setting.store.write(setting.bucket, "a", io.BytesIO(content), size=BIG)
    assert lost and written.size == BIG
    assert get(setting.direct, setting.bucket, "a") == content
    assert setting.direct.uploads(setting.bucket) == []


def test_an_upload_that_somebody_else_ended_is_told(setting: Setting) -> None:
    setting.proxy.fault = lambda head: (
        error("404 Not Found", "NoSuchUpload") if head[0] == "POST" and "uploadId" in head[1] else None
    )
    with pytest.raises(NotFoundError, match=r"somebody ended it\. Start it again"):
        setting.store.write(setting.bucket, "a", io.BytesIO(bytes(BIG)), size=BIG)
    put(setting.direct, setting.bucket, "a", b"another one")
    with pytest.raises(ChecksumError):
        setting.store.write(setting.bucket, "a", io.BytesIO(bytes(BIG)), size=BIG)
    assert setting.direct.uploads(setting.bucket) == []


def test_no_multipart_upload_is_begun_twice(setting: Setting) -> None:
    setting.proxy.fault = lambda head: b"" if head[0] == "POST" else None
    with pytest.raises(UnreachableError):
        setting.store.write(setting.bucket, "a", io.BytesIO(bytes(BIG)), size=BIG)
    assert len(setting.proxy.seen) == 1


def test_cancelling_a_multipart_upload_leaves_none_behind_and_moves_nothing_more(setting: Setting) -> None:
    class Enough(Exception):
        pass

    moved: list[int] = []

    def cancel(count: int) -> None:
        moved.append(count)
        if sum(moved) > BIG // 2:
            raise Enough

    threads = threading.active_count()
    with pytest.raises(Enough):
        setting.direct.write(setting.bucket, "a", io.BytesIO(bytes(2 * BIG)), size=2 * BIG, moved=cancel)
    assert sum(moved) <= BIG // 2 + (1 << 20)
    assert setting.direct.uploads(setting.bucket) == []
    assert threading.active_count() <= threads


def test_who_cancels_while_the_last_parts_answer_is_awaited_gets_no_object(setting: Setting) -> None:
    class Enough(Exception):
        pass

    sizes = [multipart.PART] * 3
    answered: list[str] = []

    def note(head: tuple[str, str], given: bytes) -> bytes:
        if head[0] == "PUT" and "partNumber" in head[1]:
            answered.append(head[1])
        return given

    def cancelled(_: int) -> None:
        if len(answered) == len(sizes):
            raise Enough

    setting.proxy.change = note
    size = sum(sizes)
    with pytest.raises(Enough):
        setting.store.write(setting.bucket, "a", io.BytesIO(bytes(size)), size=size, moved=cancelled)
    assert [head for head in setting.proxy.seen if head[0] == "DELETE"] and len(answered) == len(sizes)
    assert setting.direct.uploads(setting.bucket) == []
    with pytest.raises(NotFoundError):
        setting.direct.stat(setting.bucket, "a")
