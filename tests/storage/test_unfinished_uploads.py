"""Uploads of parts whose server goes away, behind a proxy that breaks connections; and that they are seen when left."""

from __future__ import annotations

import io
import json
import os
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from cellift.storage.errors import AccessError, CancelledError, StorageError, UnreachableError, UnsupportedError
from cellift.storage.place import Place
from cellift.storage.s3 import multipart
from cellift.storage.s3.store import S3Store
from cellift.storage.transfer import upload
from storage.fault_proxy import FaultProxy, Head, error
from storage.kit import get, keys
from storage.rclone import Rclone
from storage.servers import Server
from storage.subjects import OPENERS, SERVED, Subject

PARTS = 5
CONTENT = os.urandom(PARTS * multipart.PART - 1000)


@pytest.fixture(params=SERVED)
def subject(request: pytest.FixtureRequest) -> Subject:
    """A store with a server: the local tree has no parts."""
    return OPENERS[request.param](request)


@pytest.fixture
def proxy(server: Rclone | Server) -> Iterator[FaultProxy]:
    made = FaultProxy(server.url)
    yield made
    made.close()


@pytest.fixture
def notes(tmp_path: Path) -> Path:
    return tmp_path / "home" / "uploads"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    made = tmp_path / "big"
    made.write_bytes(CONTENT)
    return made


def opened(server: Rclone | Server, proxy: FaultProxy, notes: Path) -> S3Store:
    """The store as another process opens it."""
    endpoint = replace(server.endpoint(), name="behind", url=proxy.url, tries=2)
    return S3Store(endpoint, server.keys, pause=lambda _: None, notes=notes)


def sent(proxy: FaultProxy) -> list[int]:
    """The numbers of the parts that were sent, and are forgotten now."""
    found = [re.search(r"partNumber=(\d+)", target) for method, target in proxy.seen if method == "PUT"]
    proxy.seen.clear()
    return sorted(int(one[1]) for one in found if one)


def begun(proxy: FaultProxy) -> int:
    return sum(method == "POST" and "uploads" in target for method, target in proxy.seen)


def gone_after(count: int) -> object:
    """A server that goes away once it has taken so many parts."""
    taken: list[Head] = []

    def fault(head: Head) -> bytes | None:
        if "partNumber" in head[1] and len(taken) < count:
            taken.append(head)
            return None
        return b"" if "uploadId" in head[1] else None

    return fault


def test_an_upload_whose_server_went_away_goes_on_with_the_parts_that_are_there(
    server: Rclone | Server, proxy: FaultProxy, notes: Path, file: Path, subject: Subject, bucket: str
) -> None:
    proxy.fault = gone_after(3)  # type: ignore[assignment]
    with pytest.raises(UnreachableError, match="is kept: the next try sends the rest"):
        upload(file, Place(opened(server, proxy, notes), "behind", bucket, "big"))
    assert keys(subject.store, bucket) == [] and len(subject.leftovers(bucket)) == 1
    assert [one.stat().st_mode & 0o777 for one in (notes.parent, notes, *notes.iterdir())] == [0o700, 0o700, 0o600]
    proxy.fault = lambda _: None
    proxy.seen.clear()
    moved: list[int] = []
    written = upload(file, Place(opened(server, proxy, notes), "behind", bucket, "big"), moved=moved.append)
    assert begun(proxy) == 0
    assert len(sent(proxy)) == PARTS - 3
    assert (written.size, sum(moved)) == (len(CONTENT), len(CONTENT))
    assert get(subject.store, bucket, "big") == CONTENT
    assert subject.leftovers(bucket) == [] and list(notes.iterdir()) == []


def test_only_parts_that_are_the_same_are_not_sent_again(
    server: Rclone | Server, proxy: FaultProxy, notes: Path, file: Path, subject: Subject, bucket: str
) -> None:
    proxy.fault = gone_after(PARTS)  # type: ignore[assignment]
    with pytest.raises(UnreachableError):
        upload(file, Place(opened(server, proxy, notes), "behind", bucket, "big"))
    sent(proxy)
    other = bytearray(CONTENT[: 4 * multipart.PART])
    other[multipart.PART] ^= 1
    file.write_bytes(other)
    proxy.fault = lambda _: None
    place = Place(opened(server, proxy, notes), "behind", bucket, "big")
    if "parts-stay" in subject.differences:
        with pytest.raises(UnsupportedError, match="The next try begins anew"):
            upload(file, place)
        assert subject.leftovers(bucket) == []
        sent(proxy)
    upload(file, place)
    assert sent(proxy) == ([1, 2, 3, 4] if "parts-stay" in subject.differences else [2])
    assert get(subject.store, bucket, "big") == other


def test_keys_that_expire_meanwhile_are_renewed_and_the_rest_is_sent(
    server: Rclone | Server, proxy: FaultProxy, notes: Path, file: Path, subject: Subject, bucket: str
) -> None:
    proxy.fault = lambda head: error("400 Bad Request", "ExpiredToken") if "partNumber=4&" in head[1] else None
    with pytest.raises(AccessError, match=r"connection 'behind' have expired\. Get new ones.* is kept") as caught:
        upload(file, Place(opened(server, proxy, notes), "behind", bucket, "big"))
    assert caught.value.code == "ExpiredToken"
    there = set(sent(proxy)) - {4}
    proxy.fault = lambda _: None
    upload(file, Place(opened(server, proxy, notes), "behind", bucket, "big"))
    again = sent(proxy)
    assert 4 in again and len(again) <= PARTS - len(there) + 1
    assert get(subject.store, bucket, "big") == CONTENT


def test_what_the_server_has_forgotten_is_begun_anew(
    server: Rclone | Server, proxy: FaultProxy, notes: Path, file: Path, subject: Subject, bucket: str
) -> None:
    proxy.fault = gone_after(2)  # type: ignore[assignment]
    with pytest.raises(UnreachableError):
        upload(file, Place(opened(server, proxy, notes), "behind", bucket, "big"))
    (note,) = notes.iterdir()
    with multipart.upload(opened(server, proxy, notes)._transport, bucket, "big", {}) as other:
        proxy.fault = lambda _: None
        removed = multipart.Upload(other.transport, bucket, "big", json.loads(note.read_text())[-1])
        removed.abort()
        other.abort()
    sent(proxy)
    upload(file, Place(opened(server, proxy, notes), "behind", bucket, "big"))
    assert begun(proxy) == 1
    assert sent(proxy) == list(range(1, PARTS + 1))
    assert get(subject.store, bucket, "big") == CONTENT


def test_a_cancelled_or_refused_upload_is_not_kept(
    server: Rclone | Server, proxy: FaultProxy, notes: Path, file: Path, subject: Subject, bucket: str
) -> None:
    def cancel(_: int) -> None:
        raise CancelledError("enough")

    place = Place(opened(server, proxy, notes), "behind", bucket, "big")
    with pytest.raises(CancelledError):
        upload(file, place, moved=cancel)
    assert subject.leftovers(bucket) == [] and list(notes.iterdir()) == []
    proxy.fault = lambda head: error("403 Forbidden", "AccessDenied") if "partNumber=2&" in head[1] else None
    with pytest.raises(AccessError):
        upload(file, place)
    assert subject.leftovers(bucket) == [] and list(notes.iterdir()) == []


def test_two_that_write_one_key_do_not_send_parts_of_one_upload(
    server: Rclone | Server, proxy: FaultProxy, notes: Path, file: Path, subject: Subject, bucket: str
) -> None:
    first, second = opened(server, proxy, notes), opened(server, proxy, notes)
    other = bytes(len(CONTENT))
    wrote: list[int] = []

    def write_another(_: int) -> None:
        if not wrote:
            wrote.append(second.write(bucket, "big", io.BytesIO(other), size=len(other)).size)

    upload(file, Place(first, "behind", bucket, "big"), moved=write_another)
    assert begun(proxy) == 2 and wrote == [len(other)]
    assert get(subject.store, bucket, "big") == CONTENT
    assert subject.leftovers(bucket) == [] and list(notes.iterdir()) == []


def test_what_nobody_goes_on_with_for_a_week_is_removed(
    server: Rclone | Server, proxy: FaultProxy, notes: Path, file: Path, subject: Subject, bucket: str
) -> None:
    proxy.fault = gone_after(1)  # type: ignore[assignment]
    for key in ("old", "new"):
        with pytest.raises(UnreachableError):
            upload(file, Place(opened(server, proxy, notes), "behind", bucket, key))
    proxy.fault = lambda _: None
    assert len(subject.leftovers(bucket)) == 2
    for note in notes.iterdir():
        if json.loads(note.read_text())[2] == "old":
            os.utime(note, (0, 0))
    upload(file, Place(opened(server, proxy, notes), "behind", bucket, "another"))
    assert len(subject.leftovers(bucket)) == 1
    assert [json.loads(note.read_text())[2] for note in notes.iterdir()] == ["new"]
    upload(file, Place(opened(server, proxy, notes), "behind", bucket, "new"))
    assert subject.leftovers(bucket) == [] and list(notes.iterdir()) == []


def test_a_server_that_fails_when_an_old_upload_is_removed_is_asked_again(
    server: Rclone | Server, proxy: FaultProxy, notes: Path, file: Path, subject: Subject, bucket: str
) -> None:
    proxy.fault = gone_after(1)  # type: ignore[assignment]
    with pytest.raises(UnreachableError):
        upload(file, Place(opened(server, proxy, notes), "behind", bucket, "old"))
    (note,) = notes.iterdir()
    os.utime(note, (0, 0))
    proxy.fault = lambda head: error("403 Forbidden", "AccessDenied") if head[0] == "DELETE" else None
    upload(file, Place(opened(server, proxy, notes), "behind", bucket, "another"))
    assert list(notes.iterdir()) == [note]
    proxy.fault = lambda _: None
    upload(file, Place(opened(server, proxy, notes), "behind", bucket, "another"))
    assert subject.leftovers(bucket) == [] and list(notes.iterdir()) == []


def test_an_upload_that_is_left_is_seen(server: Rclone | Server, subject: Subject, bucket: str) -> None:
    with multipart.upload(server.store()._transport, bucket, "deep/n", {}) as left:
        left.send(1, multipart.Body([b"x"]))
        assert len(subject.leftovers(bucket)) == 1
        left.abort()
    assert subject.leftovers(bucket) == []


def test_a_folder_that_takes_no_notes_does_not_hinder(
    server: Rclone | Server, proxy: FaultProxy, notes: Path, file: Path, subject: Subject, bucket: str
) -> None:
    notes.parent.write_text("a file where the folder would be")
    proxy.fault = lambda head: error("503 Busy", "SlowDown") if "partNumber=2&" in head[1] else None
    with pytest.raises(StorageError) as caught:
        upload(file, Place(opened(server, proxy, notes), "behind", bucket, "big"))
    assert "kept" not in str(caught.value) and subject.leftovers(bucket) == []
    proxy.fault = lambda _: None
    upload(file, Place(opened(server, proxy, notes), "behind", bucket, "big"))
    assert get(subject.store, bucket, "big") == CONTENT
