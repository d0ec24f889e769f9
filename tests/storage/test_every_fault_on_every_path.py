"""Each fault of a server, met on each way to it: what is told, that it ends soon, and that nothing is left."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from email.utils import formatdate
from pathlib import Path
from time import time
from typing import Any

import pytest

from cellift.storage.errors import AccessError, FullError, NotFoundError, StorageError, UnreachableError
from cellift.storage.local.tree import LocalTree
from cellift.storage.place import Place
from cellift.storage.s3 import multipart
from cellift.storage.s3.store import S3Store
from cellift.storage.transfer import copy, download, upload
from storage.fault_proxy import FaultProxy, Head, answer, error
from storage.kit import get, keys, put
from storage.rclone import Rclone
from storage.servers import Server
from storage.subjects import OPENERS, SERVED, Subject

BIG = 3 * multipart.PART
"""More than one request takes."""
TRIES = 2


@dataclass(frozen=True)
class Fault:
    """What the server answers (None: nothing, as long as the test runs), and what is made of it."""

    answer: bytes | None
    kind: type[StorageError]
    says: str
    tries: int = 1


REGION = b"<Error><Code>AuthorizationHeaderMalformed</Code><Message>m</Message><Region>eu-west-3</Region></Error>"
FAULTS = {
    "gone": Fault(b"", UnreachableError, r"broke the connection while .* was asked for\. Try again", TRIES),
    "silent": Fault(None, UnreachableError, r"sent nothing for 0\.2 s while .* was asked for\. Try again"),
    "busy": Fault(
        error("503 Slow Down", "SlowDown"), UnreachableError, r"fewer requests, also after 2 tries\. Try again", TRIES
    ),
    "broken": Fault(error("500 Oops", "InternalError", "disk 3"), UnreachableError, r"HTTP 500.*says: disk 3", TRIES),
    "expired": Fault(
        error("400 Bad Request", "ExpiredToken"),
        AccessError,
        r"credentials of connection 'behind' have expired\. Get new ones, and set them .*`cellift data alias ls`",
    ),
    "skewed": Fault(
        error("403 Forbidden", "RequestTimeTooSkewed", date=formatdate(time() + 3600 * 5, usegmt=True)),
        AccessError,
        r"the clocks differ: the server's is (29\d|300) min ahead\. Set the clock",
    ),
    "region": Fault(
        answer("400 Bad Request", REGION, content_type="application/xml"),
        StorageError,
        r"is in another region: eu-west-3\. Set `region` of connection 'behind' to it",
    ),
    "own code": Fault(error("403 Forbidden", "NotOnSundays", "rest"), AccessError, r"HTTP 403, NotOnSundays.*: rest"),
    "full": Fault(error("507 Full", "XMinioStorageFull"), FullError, r"has no room left for .*Remove objects"),
    "no bucket": Fault(error("404 Not Found", "NoSuchBucket"), NotFoundError, r"There is no bucket '.*' at http"),
}


@dataclass
class Scene:
    """A bucket with the object ``there``, and the store behind the proxy that works until `break_`."""

    store: S3Store
    subject: Subject
    proxy: FaultProxy
    bucket: str
    folder: Path
    other: LocalTree
    over: threading.Event

    def at(self, key: str) -> Place:
        return Place(self.store, "behind", self.bucket, key)

    def open(self, **changes: Any) -> None:
        """Open the store behind the proxy again, otherwise."""
        transport = self.store._transport
        self.store = S3Store(replace(transport.endpoint, **changes), transport.keys, pause=lambda _: None)

    def break_(self, fault: Fault) -> None:
        if fault.answer is None:
            self.open(read_seconds=0.2)

        def given(_: Head) -> bytes:
            if fault.answer is None:
                self.over.wait(30)
            return fault.answer or b""

        self.proxy.fault = given
        self.proxy.seen.clear()


PATHS: dict[str, Callable[[Scene], object]] = {
    "list": lambda scene: scene.store.page(scene.bucket),
    "look": lambda scene: scene.store.stat(scene.bucket, "there"),
    "read": lambda scene: get(scene.store, scene.bucket, "there"),
    "read a part": lambda scene: list(scene.store.read(scene.bucket, "there", start=1, length=2)),
    "versions": lambda scene: scene.store.versions(scene.bucket, "there"),
    "download": lambda scene: download(scene.at("there"), scene.folder / "file"),
    "upload": lambda scene: upload(scene.folder / "small", scene.at("new")),
    "upload in parts": lambda scene: upload(scene.folder / "big", scene.at("new")),
    "copy": lambda scene: copy(scene.at("there"), scene.at("new")),
    "copy to another store": lambda scene: copy(scene.at("there"), Place(scene.other, "other", "other-bucket", "new")),
    "copy from another store": lambda scene: copy(
        Place(scene.other, "other", "other-bucket", "there"), scene.at("new")
    ),
    "remove": lambda scene: scene.store.remove(scene.bucket, "there"),
    "remove many": lambda scene: scene.store.remove_many(scene.bucket, ["there", "not there"]),
    "remove the bucket": lambda scene: scene.store.remove_bucket(scene.bucket),
}


@pytest.fixture(params=SERVED)
def subject(request: pytest.FixtureRequest) -> Subject:
    """A store with a server."""
    return OPENERS[request.param](request)


@pytest.fixture
def scene(subject: Subject, bucket: str, server: Rclone | Server, tmp_path: Path) -> Iterator[Scene]:
    put(subject.store, bucket, "there", b"kept")
    (tmp_path / "small").write_bytes(b"small")
    with (tmp_path / "big").open("wb") as file:
        file.truncate(BIG)
    other = LocalTree(tmp_path / "other")
    other.make_bucket("other-bucket")
    put(other, "other-bucket", "there", b"kept")
    proxy, over = FaultProxy(server.url), threading.Event()
    # A region that was set is not looked for elsewhere.
    endpoint = replace(server.endpoint(), name="behind", url=proxy.url, tries=TRIES, region="us-east-1")
    store = S3Store(endpoint, server.keys, pause=lambda _: None)
    yield Scene(store, subject, proxy, bucket, tmp_path, other, over)
    over.set()
    proxy.close()


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("path", PATHS)
def test_a_fault_is_told_with_what_to_do_and_leaves_nothing(scene: Scene, path: str, fault: str) -> None:
    wanted = FAULTS[fault]
    scene.break_(wanted)
    with pytest.raises(wanted.kind, match=wanted.says) as caught:
        PATHS[path](scene)
    assert str(caught.value).isprintable()
    # HEAD has no body: one more request asks why.
    assert len(scene.proxy.seen) <= wanted.tries + 1
    assert keys(scene.subject.store, scene.bucket) == ["there"]
    assert get(scene.subject.store, scene.bucket, "there") == b"kept"
    assert keys(scene.other, "other-bucket") == ["there"]
    assert sorted(one.name for one in scene.folder.iterdir() if one.is_file()) == ["big", "small"]
    assert scene.subject.leftovers(scene.bucket) == []


@pytest.mark.parametrize("path", PATHS)
def test_a_refused_connection_is_told_with_what_to_do(scene: Scene, path: str) -> None:
    gone = FaultProxy(scene.proxy.target)
    gone.close()
    scene.open(url=gone.url)
    with pytest.raises(UnreachableError, match=r"refuses the connection: does the server run\? Look at `url` of"):
        PATHS[path](scene)
    assert sorted(one.name for one in scene.folder.iterdir() if one.is_file()) == ["big", "small"]
    assert keys(scene.other, "other-bucket") == ["there"]


@pytest.mark.parametrize("path", PATHS)
def test_a_region_that_was_not_set_is_learnt_on_every_path(scene: Scene, path: str) -> None:
    """The first request tells the region; what is signed for it then goes through."""
    scene.open(region="")
    told: list[Head] = []

    def tell_once(head: Head) -> bytes | None:
        if told:
            # What is signed for Paris is refused by a server of another region, after it was asked there.
            return answer("404 Not Found", b"<Error><Code>NoSuchBucket</Code></Error>")
        told.append(head)
        return answer("400 Bad Request", b"" if head[0] == "HEAD" else REGION, x_amz_bucket_region="eu-west-3")

    scene.proxy.fault = tell_once
    scene.proxy.raw.clear()
    with pytest.raises(StorageError):
        PATHS[path](scene)
    assert [b"/eu-west-3/s3/" in one for one in scene.proxy.raw][:2] == [False, True]
