"""Bodies that are cut off or changed between a real server and us, and a bucket that goes while it is written to."""

from __future__ import annotations

import io
import os
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from cellift.storage.api import PIECE
from cellift.storage.errors import ChecksumError, NotFoundError, StorageError, TruncatedError
from cellift.storage.local.tree import LocalTree
from cellift.storage.place import Place
from cellift.storage.s3 import multipart
from cellift.storage.s3.store import S3Store
from cellift.storage.transfer import copy, download, upload, whole
from storage.fault_proxy import FaultProxy, Head
from storage.kit import get, keys, put
from storage.rclone import Rclone
from storage.servers import Server
from storage.subjects import OPENERS, SERVED, Subject

CONTENT = os.urandom(3 * PIECE + 77)


@dataclass
class Scene:
    """The store behind the proxy, the store itself, and a bucket with ``a``."""

    store: S3Store
    subject: Subject
    proxy: FaultProxy
    bucket: str

    def at(self, key: str) -> Place:
        return Place(self.store, "behind", self.bucket, key)


@pytest.fixture(params=SERVED)
def subject(request: pytest.FixtureRequest) -> Subject:
    """A store with a server."""
    return OPENERS[request.param](request)


@pytest.fixture
def scene(subject: Subject, bucket: str, server: Rclone | Server) -> Iterator[Scene]:
    put(subject.store, bucket, "a", CONTENT)
    proxy = FaultProxy(server.url)
    store = S3Store(replace(server.endpoint(), name="behind", url=proxy.url), server.keys, pause=lambda _: None)
    yield Scene(store, subject, proxy, bucket)
    proxy.close()


@pytest.fixture
def here(tmp_path: Path) -> Path:
    made = tmp_path / "here"
    made.mkdir()
    return made


def body_of(given: bytes) -> tuple[bytes, bytes]:
    head, _, body = given.partition(b"\r\n\r\n")
    return head + b"\r\n\r\n", body


def ranges(proxy: FaultProxy) -> list[int]:
    """Where each GET of an object began."""
    asked = [one for one in proxy.raw if one.startswith(b"GET") and b"tagging" not in one.split(b"\r\n")[0]]
    found = [re.search(rb"(?im)^range: bytes=(\d+)-", one) for one in asked]
    return [int(one[1]) if one else 0 for one in found]


def test_a_body_that_is_cut_off_is_fetched_on_from_there(scene: Scene, here: Path) -> None:
    cuts = [PIECE + 5, PIECE // 2]

    def cut(head: Head, given: bytes) -> bytes:
        top, body = body_of(given)
        return top + body[: cuts.pop(0)] if head[0] == "GET" and "tagging" not in head[1] and cuts else given

    scene.proxy.change = cut
    moved: list[int] = []
    download(scene.at("a"), here / "a", moved=moved.append)
    starts = ranges(scene.proxy)
    assert starts[0] == 0 and starts == sorted(set(starts)) and len(starts) == 3
    assert starts[1] <= PIECE + 5 and starts[2] <= starts[1] + PIECE // 2
    assert (here / "a").read_bytes() == CONTENT and sum(moved) == len(CONTENT)
    assert [one.name for one in here.iterdir()] == ["a"]


def test_a_body_that_never_comes_whole_is_not_taken_and_the_next_try_goes_on(scene: Scene, here: Path) -> None:
    kept = 2 * PIECE

    def cut(head: Head, given: bytes) -> bytes:
        top, body = body_of(given)
        if head[0] != "GET" or "tagging" in head[1]:
            return given
        return top + body[: kept if len(body) == len(CONTENT) else 0]

    scene.proxy.change = cut
    with pytest.raises(TruncatedError, match=r"cut off on its way.*Read it again"):
        download(scene.at("a"), here / "a")
    assert not (here / "a").exists() and [one.name[0] for one in here.iterdir()] == ["."]
    scene.proxy.change = lambda _, given: given
    scene.proxy.raw.clear()
    download(scene.at("a"), here / "a")
    (start,) = ranges(scene.proxy)
    assert 0 < start <= kept
    assert (here / "a").read_bytes() == CONTENT and [one.name for one in here.iterdir()] == ["a"]


def object_bytes(head: Head) -> bool:
    """Whether a request is for the bytes of an object."""
    return head[0] == "GET" and "tagging" not in head[1] and "list-type" not in head[1]


@pytest.mark.parametrize("known", [True, False], ids=["etags are known", "first object"])
@pytest.mark.parametrize("size", [100, len(CONTENT), 2 * multipart.PART + 1000], ids=["a piece", "pieces", "parts"])
def test_a_body_that_was_changed_is_not_taken(scene: Scene, here: Path, tmp_path: Path, size: int, known: bool) -> None:
    content = os.urandom(size)
    (scene.store if known else scene.subject.store).write(scene.bucket, "a", io.BytesIO(content), size=size)
    other = LocalTree(tmp_path / "other")
    other.make_bucket("other-bucket")

    def change(head: Head, given: bytes) -> bytes:
        return given[:-1] + bytes([given[-1] ^ 1]) if object_bytes(head) else given

    scene.proxy.change = change
    with pytest.raises(ChecksumError, match=r"md5 checksum of what arrived is not that of the object\. Try again"):
        download(scene.at("a"), here / "a")
    assert list(here.iterdir()) == []
    with pytest.raises(ChecksumError, match="md5"):
        copy(scene.at("a"), Place(other, "other", "other-bucket", "a"))
    assert keys(other, "other-bucket") == []
    found = scene.store.stat(scene.bucket, "a")
    came: list[bytes] = []
    with pytest.raises(ChecksumError, match="md5"):
        for piece in whole(scene.at("a"), found):
            came.append(piece)
    assert len(b"".join(came)) < size, "what has no end is not taken for the whole"
    scene.proxy.change = lambda _, given: given
    scene.proxy.seen.clear()
    download(scene.at("a"), here / "a")
    assert (here / "a").read_bytes() == content == b"".join(whole(scene.at("a"), found))
    assert sum(map(object_bytes, scene.proxy.seen)) == 2, "nothing is read twice"


def test_a_copy_that_the_server_made_of_other_bytes_is_told(scene: Scene) -> None:
    def replace_copy(head: Head, given: bytes) -> bytes:
        if head[0] == "PUT":
            put(scene.subject.store, scene.bucket, "copied", CONTENT[::-1])
        return given

    scene.proxy.change = replace_copy
    with pytest.raises(ChecksumError, match=r"another md5 checksum than what it is a copy of\. Copy it again"):
        copy(scene.at("a"), scene.at("copied"))


@pytest.mark.parametrize("size", [100, 3 * multipart.PART], ids=["one request", "parts"])
def test_what_arrives_changed_at_the_server_is_not_reported_as_written(scene: Scene, here: Path, size: int) -> None:
    """A signature covers the content: a proxy cannot change it unseen. The server's refusal is told."""
    (here / "n").write_bytes(os.urandom(size))
    real = scene.proxy._asked

    def changed(request: bytes) -> bytes:
        if request.startswith(b"PUT"):
            request = request[:-1] + bytes([request[-1] ^ 1])
        return real(request)

    scene.proxy._asked = changed  # type: ignore[method-assign]
    with pytest.raises(StorageError) as caught:
        upload(here / "n", scene.at("n"))
    assert caught.value.code in {"XAmzContentSHA256Mismatch", "BadDigest", "SignatureDoesNotMatch", "InvalidDigest"}
    assert keys(scene.subject.store, scene.bucket) == ["a"]
    assert scene.subject.leftovers(scene.bucket) == []


def test_a_bucket_that_is_removed_while_it_is_written_to_is_told(scene: Scene, server: Rclone | Server) -> None:
    size = 4 * multipart.PART

    def remove(count: int) -> None:
        if not count:  # all parts are there; one on its way would make the folder of its bucket anew
            scene.subject.store.remove(scene.bucket, "a")
            if scene.subject.name == "s3-minio":
                scene.subject.store.remove_bucket(scene.bucket)
            else:  # these keep parts in the bucket, and refuse to remove it: somebody removes its folder
                root = server.root if isinstance(server, Rclone) else server.folder / "root"
                shutil.rmtree(root / scene.bucket)

    with pytest.raises(StorageError, match=r"There is no bucket|no longer known") as caught:
        scene.subject.store.write(scene.bucket, "n", io.BytesIO(bytes(size)), size=size, moved=remove)
    assert scene.bucket in str(caught.value) and isinstance(caught.value, NotFoundError)
    with pytest.raises(NotFoundError):
        scene.subject.store.stat(scene.bucket, "n")


def test_a_bucket_that_is_removed_while_it_is_read_is_told(scene: Scene, here: Path) -> None:
    def remove(_: int) -> None:
        if keys(scene.subject.store, scene.bucket):
            scene.subject.store.remove(scene.bucket, "a")
            scene.subject.store.remove_bucket(scene.bucket)

    scene.proxy.change = lambda head, given: given[: -2 * PIECE] if head[0] == "GET" and "?" not in head[1] else given
    with pytest.raises(NotFoundError, match=r"There is no (bucket|object)"):
        download(scene.at("a"), here / "a", moved=remove)
    assert not (here / "a").exists()


def test_the_content_that_was_written_is_the_one_that_is_read(scene: Scene, here: Path) -> None:
    """The proxy without a fault: what the tests above find is its doing."""
    (here / "n").write_bytes(CONTENT)
    upload(here / "n", scene.at("n"))
    assert get(scene.subject.store, scene.bucket, "n") == CONTENT
