"""What is sent: URLs, conditions, parts, links; by what a proxy sees."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from cellift.storage.api import Condition, Feature
from cellift.storage.errors import BadNameError, ConditionError, StorageError, UnsupportedError
from cellift.storage.s3.endpoint import Endpoint, check_url
from cellift.storage.s3.multipart import MOST_PARTS, PART, part_size
from cellift.storage.s3.store import S3Store
from cellift.storage.s3.transport import Transport
from cellift.storage.secret import keys
from storage.fault_proxy import FaultProxy, answer
from storage.kit import get, pages, put
from storage.rclone import Rclone, start
from unit.storage.s3.conftest import Setting

PAIR = keys("the-key-id", "the-secret")


def test_a_page_is_asked_for_with_its_size_and_token(setting: Setting) -> None:
    for number in range(5):
        put(setting.direct, setting.bucket, f"d/{number}")
    found, _, count = pages(setting.store, setting.bucket, "d/", 2, recursive=False)
    assert ([one.key for one in found], count) == ([f"d/{number}" for number in range(5)], 3)
    queries = [parse_qs(urlsplit(target).query) for _, target in setting.proxy.seen]
    assert all(one["max-keys"] == ["2"] and one["delimiter"] == ["/"] for one in queries)
    assert ["continuation-token" in one for one in queries] == [False, True, True]


def test_what_does_not_belong_into_a_page_is_left_out(setting: Setting) -> None:
    keys = "".join(f"<Contents><Key>{key}</Key><Size>1</Size></Contents>" for key in ("d/b", "outside", "d/a", "d/b"))
    prefixes = "".join(f"<CommonPrefixes><Prefix>{one}</Prefix></CommonPrefixes>" for one in ("e/", "d/e/"))
    body = f"<ListBucketResult>{keys}{prefixes}</ListBucketResult>".encode()
    setting.proxy.fault = lambda _: answer("200 OK", body)
    page = setting.store.page(setting.bucket, "d/")
    assert ([one.key for one in page.objects], page.prefixes, page.next) == (["d/a", "d/b"], ["d/e/"], None)


def test_a_condition_is_sent_for_servers_that_hold_to_it(setting: Setting) -> None:
    first = put(setting.direct, setting.bucket, "a", b"1")
    setting.store.write(setting.bucket, "a", io.BytesIO(b"2"), condition=Condition(etag=first.etag))
    setting.store.write(setting.bucket, "b", io.BytesIO(b"3"), condition=Condition(absent=True))
    sent = [one.lower() for one in setting.proxy.raw if one.startswith(b"PUT")]
    assert b'if-match: "' + first.etag.encode() in sent[0] and b"if-none-match: *" in sent[1]


def test_somebody_who_came_between_is_told_as_the_condition_not_held(setting: Setting) -> None:
    body = b"<Error><Code>PreconditionFailed</Code></Error>"
    setting.proxy.fault = lambda head: answer("412 Precondition Failed", body) if head[0] == "PUT" else None
    with pytest.raises(ConditionError):
        setting.store.write(setting.bucket, "new", io.BytesIO(b"3"), condition=Condition(absent=True))


def test_hosts_and_paths_of_buckets() -> None:
    def url(endpoint: str, bucket: str = "bucket", **options: bool) -> str:
        transport = Transport(Endpoint("x", endpoint, region="eu-west-1", **options), PAIR)
        return transport.presigned("GET", bucket, "a b/ü", 60).split("?")[0]

    assert url("http://minio:9000") == "http://minio:9000/bucket/a%20b/%C3%BC"
    assert url("http://minio:9000", path_style=False) == "http://bucket.minio:9000/a%20b/%C3%BC"
    assert url("https://s3.amazonaws.com") == "https://bucket.s3.eu-west-1.amazonaws.com/a%20b/%C3%BC"
    amazon = "https://s3.eu-west-1.amazonaws.com"
    assert url("https://s3.amazonaws.com", path_style=True) == f"{amazon}/bucket/a%20b/%C3%BC"
    # A certificate for *.s3... is none for a name with one more dot.
    assert url("https://s3.amazonaws.com", "dot.ted") == f"{amazon}/dot.ted/a%20b/%C3%BC"


def test_a_link_works_without_credentials_for_reading_and_writing(rclone: Rclone, setting: Setting) -> None:
    import urllib.request

    put(setting.direct, setting.bucket, "a b", b"shared")
    with urllib.request.urlopen(setting.direct.share(setting.bucket, "a b", seconds=60)) as response:
        assert response.read() == b"shared"
    link = setting.direct.share(setting.bucket, "up", seconds=60, upload=True)
    with urllib.request.urlopen(urllib.request.Request(link, b"sent", method="PUT")):
        pass
    assert get(setting.direct, setting.bucket, "up") == b"sent"
    assert "X-Amz-Expires=60" in link and rclone.keys.secret.reveal() not in link


@pytest.mark.parametrize("seconds", [0, -1, 7 * 24 * 3600 + 1])
def test_a_link_lasts_a_second_to_seven_days(setting: Setting, seconds: int) -> None:
    with pytest.raises(StorageError, match="from 1 s to 7 days"):
        setting.store.share(setting.bucket, "a", seconds=seconds)


def test_an_anonymous_connection_signs_nothing_and_says_what_it_lacks(setting: Setting, rclone: Rclone) -> None:
    store = S3Store(replace(rclone.endpoint(), url=setting.proxy.url), None)
    with pytest.raises(StorageError, match="connection 'rclone' is anonymous"):
        store.page(setting.bucket)
    assert b"authorization" not in setting.proxy.raw[0].lower()
    assert Feature.SHARE not in store.features
    with pytest.raises(UnsupportedError, match="anonymous"):
        store.share(setting.bucket, "a", seconds=60)


def test_a_session_token_is_sent_and_signed(setting: Setting) -> None:
    pair = keys("id", "secret", "the-token")
    store = S3Store(Endpoint("temporary", setting.proxy.url), pair)
    with pytest.raises(StorageError):
        store.page(setting.bucket)
    request = setting.proxy.raw[0].lower()
    assert b"x-amz-security-token: the-token" in request and b";x-amz-security-token" in request


def test_parts_stay_small_until_there_would_be_too_many() -> None:
    assert part_size(None) == part_size(PART * MOST_PARTS) == PART
    for size in (PART * MOST_PARTS + 1, 5 << 40):
        part = part_size(size)
        assert part % (1 << 20) == 0 and -(-size // part) <= MOST_PARTS


def test_a_copy_above_the_limit_is_made_in_parts(rclone: Rclone) -> None:
    """The real limit is 5 GiB; rclone knows no copies of parts, so that what is asked of the server is looked at."""
    size = 12 << 20
    head = {"Content-Length": str(size), "ETag": '"e"', "Content-Type": "text/own", "x-amz-meta-who": "me"}
    asked: list[tuple[str, str]] = []

    def fault(given: tuple[str, str]) -> bytes:
        method, target = given
        asked.append(given)
        if method == "HEAD":
            lines = "".join(f"{name}: {value}\r\n" for name, value in head.items())
            return f"HTTP/1.1 200 OK\r\nConnection: close\r\n{lines}\r\n".encode()
        if "tagging" in target:
            return answer("200 OK", b"<Tagging><TagSet><Tag><Key>a</Key><Value>b c</Value></Tag></TagSet></Tagging>")
        if method == "POST" and "uploads" in target:
            return answer("200 OK", b"<R><UploadId>up</UploadId></R>")
        return answer("200 OK", b"<R><ETag>&quot;part&quot;</ETag></R>")

    proxy = FaultProxy(rclone.url, fault)
    try:
        store = S3Store(Endpoint("big", proxy.url), PAIR, most_copied=5 << 20)
        store.copy("from", "a", "to-bucket", "b")
    finally:
        proxy.close()
    ranges = sorted(
        line.split(b": ")[1]
        for one in proxy.raw
        for line in one.split(b"\r\n")
        if line.lower().startswith(b"x-amz-copy-source-range")
    )
    assert ranges == [b"bytes=0-5242879", b"bytes=10485760-12582911", b"bytes=5242880-10485759"]
    begun = next(one for one in proxy.raw if one.startswith(b"POST") and b"uploads" in one).lower()
    assert b"text/own" in begun and b"x-amz-meta-who: me" in begun and b"x-amz-tagging: a=b%20c" in begun


def test_a_copy_of_parts_that_fails_is_aborted(rclone: Rclone) -> None:
    def fault(given: tuple[str, str]) -> bytes:
        method = given[0]
        if method == "HEAD":
            return b'HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 20000000\r\nETag: "e"\r\n\r\n'
        if method == "POST":
            return answer("200 OK", b"<R><UploadId>up</UploadId></R>")
        return answer("204 No Content") if method == "DELETE" else answer("403 Forbidden")

    proxy = FaultProxy(rclone.url, fault)
    try:
        with pytest.raises(StorageError):
            S3Store(Endpoint("big", proxy.url), PAIR, most_copied=5 << 20).copy("from", "a", "to-bucket", "b")
    finally:
        proxy.close()
    assert proxy.seen[-1][0] == "DELETE" and "uploadId=up" in proxy.seen[-1][1]


def test_versions_and_delete_markers_of_one_key(setting: Setting) -> None:
    body = b"""<ListVersionsResult><EncodingType>url</EncodingType>
      <DeleteMarker><Key>a+b</Key><VersionId>3</VersionId><IsLatest>true</IsLatest></DeleteMarker>
      <Version><Key>a+b</Key><VersionId>2</VersionId><IsLatest>false</IsLatest><Size>5</Size></Version>
      <Version><Key>a+bc</Key><VersionId>9</VersionId><IsLatest>true</IsLatest><Size>1</Size></Version>
    </ListVersionsResult>"""
    setting.proxy.fault = lambda _: answer("200 OK", body)
    marker, version = setting.store.versions(setting.bucket, "a b")
    assert (marker.is_delete_marker, marker.is_latest, marker.version) == (True, True, "3")
    assert (version.is_delete_marker, version.is_latest, version.version, version.size) == (False, False, "2", 5)


def test_tags_are_asked_for_until_a_server_has_none(setting: Setting) -> None:
    body = b"<Tagging><TagSet><Tag><Key>team</Key><Value>blue</Value></Tag></TagSet></Tagging>"
    put(setting.direct, setting.bucket, "a")
    setting.proxy.fault = lambda head: answer("200 OK", body) if "tagging" in head[1] else None
    assert setting.store.stat(setting.bucket, "a").tags == {"team": "blue"}
    # rclone answers with the object itself.
    setting.proxy.fault = lambda _: None
    setting.proxy.seen.clear()
    assert setting.store.stat(setting.bucket, "a").tags == {}
    assert setting.store.stat(setting.bucket, "a").tags == {}
    assert ["tagging" in target for _, target in setting.proxy.seen] == [False, True, False]


@pytest.mark.parametrize("bucket", ["", "a", "a/b", "..", "a?b", "a b", "über", "a\nb", "x" * 256])
def test_what_is_no_bucket_is_never_sent(setting: Setting, bucket: str) -> None:
    for ask in (
        lambda: setting.store.page(bucket),
        lambda: setting.store.remove_bucket(bucket),
        lambda: setting.store.remove(bucket, "a"),
        lambda: setting.store.remove_many(bucket, ["a"]),
    ):
        with pytest.raises(BadNameError):
            ask()
    assert setting.proxy.seen == []


def test_metadata_that_would_be_other_headers_is_refused(setting: Setting) -> None:
    for metadata in ({"a\r\nx": "b"}, {"a": "b\r\nc: d"}, {"": "b"}, {"a b": "c"}, {"a": "ü"}):
        with pytest.raises(StorageError, match="cannot be sent"):
            setting.store.write(setting.bucket, "a", io.BytesIO(b"x"), size=1, metadata=metadata)
    with pytest.raises(StorageError, match="content type"):
        setting.store.write(setting.bucket, "a", io.BytesIO(b"x"), size=1, content_type="a\r\nb: c")
    assert setting.proxy.seen == []


@pytest.mark.parametrize(
    "url",
    ["minio:9000", "ftp://minio", "http://", "http://id:secret-word@minio", "http://minio/path", "http://minio?a=b",
     "http://minio:99999", "http://minio:port", "http://minio:0", ""],
)  # fmt: skip
def test_a_url_that_is_no_endpoint_is_refused_without_what_is_secret_in_it(url: str) -> None:
    with pytest.raises(StorageError, match="cannot be used") as caught:
        check_url(url)
    assert "secret-word" not in str(caught.value)


def test_requests_go_through_a_proxy_that_is_set(setting: Setting, rclone: Rclone) -> None:
    put(setting.direct, setting.bucket, "a/x/b", b"1")
    endpoint = replace(rclone.endpoint(), proxy=setting.proxy.url.replace("http://", "http://me:pass-word@"))
    assert get(S3Store(endpoint, rclone.keys), setting.bucket, "a/x/b") == b"1"
    assert setting.proxy.seen[0][1].startswith(rclone.url)
    assert b"proxy-authorization: basic" in setting.proxy.raw[0].lower()
    assert "pass-word" not in repr(endpoint)


def test_certificates_that_cannot_be_read_are_told(tmp_path: Path) -> None:
    (tmp_path / "empty.pem").write_text("nothing")
    for path in (tmp_path / "none.pem", tmp_path / "empty.pem"):
        with pytest.raises(StorageError, match="cannot be read"):
            S3Store(Endpoint("x", "https://minio", ca=str(path)), PAIR)


@pytest.fixture
def without_etags(tmp_path: Path) -> Iterator[Rclone]:
    server = start(tmp_path, "--etag-hash", "")
    yield server
    server.stop()


def test_a_server_without_etags_has_some_made_of_time_and_size(without_etags: Rclone) -> None:
    store = without_etags.store()
    store.make_bucket("bucket")
    written = put(store, "bucket", "a", b"12345")
    assert written.etag and store.stat("bucket", "a").etag == written.etag
    assert [one.etag for one in store.page("bucket").objects] == [written.etag]
    assert b"".join(store.read("bucket", "a", start=2, etag=written.etag)) == b"345"
    store.write("bucket", "a", io.BytesIO(b"123456"), condition=Condition(etag=written.etag))
    with pytest.raises(ConditionError):
        store.write("bucket", "a", io.BytesIO(b"1"), condition=Condition(etag=written.etag))
