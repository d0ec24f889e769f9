"""Servers that answer as none should: what they say is neither followed without end nor taken for done."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from cellift.storage.errors import StorageError, TruncatedError
from cellift.storage.place import Place
from cellift.storage.s3 import transport
from cellift.storage.transfer import steady
from cellift.storage.walk import objects
from storage.fault_proxy import FaultProxy, Head, answer
from storage.kit import get, put
from unit.storage.s3.conftest import Setting

PORTAL = answer("200 OK", b"<html><body>Log in to use this network</body></html>", content_type="text/html")


def listing(inner: str) -> bytes:
    body = f"<ListBucketResult>{inner}<IsTruncated>true</IsTruncated></ListBucketResult>"
    return answer("200 OK", body.encode(), content_type="application/xml")


@pytest.mark.parametrize("entry", ["", "<Contents><Key>n</Key></Contents>"])
def test_a_listing_that_says_no_way_on_is_not_taken_for_whole(setting: Setting, entry: str) -> None:
    setting.proxy.fault = lambda _: listing(entry)
    with pytest.raises(StorageError, match="cannot be had whole"):
        list(objects(setting.store, setting.bucket))
    assert len(setting.proxy.seen) == 1


@pytest.mark.parametrize("entry", ["", "<Contents><Key>n</Key></Contents>"])
def test_a_listing_whose_token_repeats_ends(setting: Setting, entry: str) -> None:
    setting.proxy.fault = lambda _: listing(f"{entry}<NextContinuationToken>again</NextContinuationToken>")
    with pytest.raises(StorageError, match="cannot be had whole"):
        list(objects(setting.store, setting.bucket))
    assert len(setting.proxy.seen) == 2


def test_a_listing_that_goes_in_circles_ends(setting: Setting) -> None:
    def circle(_: Head) -> bytes:
        token = "one" if len(setting.proxy.seen) % 2 else "two"
        return listing(f"<Contents><Key>n</Key></Contents><NextContinuationToken>{token}</NextContinuationToken>")

    setting.proxy.fault = circle
    with pytest.raises(StorageError, match="leads back"):
        list(objects(setting.store, setting.bucket))


def test_versions_whose_marker_repeats_end(setting: Setting) -> None:
    body = b"<ListVersionsResult><IsTruncated>true</IsTruncated><NextKeyMarker>n</NextKeyMarker></ListVersionsResult>"
    setting.proxy.fault = lambda _: answer("200 OK", body, content_type="application/xml")
    with pytest.raises(StorageError, match="cannot be had whole"):
        setting.store.versions(setting.bucket, "n")


@pytest.mark.parametrize(
    "ask",
    [
        lambda setting: setting.store.buckets(),
        lambda setting: setting.store.page(setting.bucket),
        lambda setting: setting.store.remove_many(setting.bucket, ["n"]),
    ],
    ids=["buckets", "page", "removal"],
)
def test_the_page_of_a_portal_is_no_empty_answer(setting: Setting, ask: Callable[[Setting], object]) -> None:
    put(setting.direct, setting.bucket, "n")
    setting.proxy.fault = lambda _: PORTAL
    with pytest.raises(StorageError, match=r"does not answer as an S3 server does: '<html>'"):
        ask(setting)
    assert get(setting.direct, setting.bucket, "n") == b"x"


def test_an_answer_without_end_is_not_read_to_it(setting: Setting, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transport, "_MOST_BYTES", 1000)
    setting.proxy.fault = lambda _: answer("200 OK", b" " * 1001, content_type="application/xml")
    with pytest.raises(StorageError, match="answers with more than"):
        setting.store.page(setting.bucket)


def test_entities_that_grow_are_not_expanded(setting: Setting) -> None:
    levels = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 10))
    body = f'<!DOCTYPE x [<!ENTITY e0 "lol">{levels}]><ListBucketResult>&e9;</ListBucketResult>'
    setting.proxy.fault = lambda _: answer("200 OK", body.encode(), content_type="application/xml")
    with pytest.raises(StorageError, match="no XML"):
        setting.store.page(setting.bucket)


def test_a_file_of_this_machine_is_not_read_for_a_server(setting: Setting) -> None:
    body = b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/hostname">]><ListBucketResult>&e;</ListBucketResult>'
    setting.proxy.fault = lambda _: answer("200 OK", body, content_type="application/xml")
    with pytest.raises(StorageError, match="no XML"):
        setting.store.page(setting.bucket)


@pytest.mark.parametrize("status", ["301 Moved Permanently", "302 Found", "307 Temporary Redirect", "308 Permanent"])
def test_keys_do_not_follow_a_redirect_to_another_host(setting: Setting, status: str) -> None:
    other = FaultProxy(setting.proxy.target)
    try:
        setting.proxy.fault = lambda _: answer(status, Location=f"{other.url}/{setting.bucket}?list-type=2")
        with pytest.raises(StorageError):
            setting.store.page(setting.bucket)
        assert other.raw == []
    finally:
        other.close()


def test_a_length_that_is_too_small_is_not_taken_for_the_whole(setting: Setting) -> None:
    put(setting.direct, setting.bucket, "n", b"0123456789")
    place = Place(setting.store, "behind", setting.bucket, "n")
    found = setting.store.stat(setting.bucket, "n")
    setting.proxy.change = lambda _, given: given.replace(b"Content-Length: 10\r\n", b"Content-Length: 4\r\n")
    with pytest.raises(TruncatedError):
        list(steady(place, found))
