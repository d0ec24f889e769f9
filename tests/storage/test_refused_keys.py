"""Keys and clocks that a real server refuses: which of them it is, and by how much a clock is wrong."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from cellift.storage.errors import AccessError
from cellift.storage.s3.store import S3Store
from cellift.storage.secret import Keys, Secret, keys
from storage.kit import get, put
from storage.rclone import Rclone
from storage.servers import Server
from storage.subjects import OPENERS, SERVED, Subject

ASKED: dict[str, Callable[[S3Store, str], Any]] = {
    "buckets": lambda store, _: store.buckets(),
    "page": lambda store, bucket: store.page(bucket),
    "stat": lambda store, bucket: store.stat(bucket, "n"),
    "read": lambda store, bucket: get(store, bucket, "n"),
    "write": lambda store, bucket: put(store, bucket, "n", b"new"),
    "copy": lambda store, bucket: store.copy(bucket, "n", bucket, "m"),
    "remove": lambda store, bucket: store.remove(bucket, "n"),
    "remove many": lambda store, bucket: store.remove_many(bucket, ["n"]),
}
REFUSED: dict[str, tuple[Callable[[Keys], Keys | None], str]] = {
    "secret": (
        lambda pair: replace(pair, secret=Secret("another")),
        r"secret key of connection '.*' is wrong for the key",
    ),
    "key id": (lambda _: keys("nobody-here", "another"), r"does not know the key id nob….* Look for a wrong key"),
    "none": (lambda _: None, r"wants credentials for .*, and connection '.*' is anonymous"),
}


@pytest.fixture(params=SERVED)
def subject(request: pytest.FixtureRequest) -> Subject:
    """A store with a server."""
    return OPENERS[request.param](request)


@pytest.fixture
def server(server: Rclone | Server, subject: Subject, bucket: str) -> Rclone | Server:
    put(subject.store, bucket, "n", b"kept")
    return server


@pytest.mark.parametrize("what", REFUSED)
@pytest.mark.parametrize("asked", ASKED)
def test_what_is_wrong_with_keys_is_told(
    subject: Subject, server: Rclone | Server, bucket: str, asked: str, what: str
) -> None:
    change, says = REFUSED[what]
    store = S3Store(server.endpoint(), change(server.keys))
    if (subject.name, asked, what) == ("s3-minio", "remove many", "none"):
        assert "AccessDenied" in store.remove_many(bucket, ["n"])["n"]  # MinIO refuses each object, not the request
        return
    with pytest.raises(AccessError, match=says):
        ASKED[asked](store, bucket)
    assert get(subject.store, bucket, "n") == b"kept"


@pytest.mark.parametrize("hours", [-1, 3])
@pytest.mark.parametrize("asked", ASKED)
def test_a_clock_that_is_wrong_is_told_with_by_how_much(
    subject: Subject, server: Rclone | Server, bucket: str, monkeypatch: pytest.MonkeyPatch, asked: str, hours: int
) -> None:
    says = "60 min ahead" if hours < 0 else "180 min behind"
    with monkeypatch.context() as patched:
        patched.setattr("minio.time.utcnow", lambda: datetime.now(timezone.utc) + timedelta(hours=hours))
        with pytest.raises(AccessError, match=rf"the clocks differ: the server's is {says}\. Set the clock"):
            ASKED[asked](S3Store(server.endpoint(), server.keys), bucket)
    assert get(subject.store, bucket, "n") == b"kept"
