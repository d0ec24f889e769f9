"""What only a server of its own kind shows: versions, links, tags, temporary keys, public buckets; against MinIO.

Collected by ``make test-storage`` alone, which builds it.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import io
import json
import socket
import threading
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from typing import Any
from urllib.parse import urlencode

import pytest

from cellift.storage.api import Condition
from cellift.storage.errors import AccessError, ConditionError, NotFoundError
from cellift.storage.place import Place
from cellift.storage.s3 import answers
from cellift.storage.s3.body import Body
from cellift.storage.s3.multipart import PART
from cellift.storage.s3.store import S3Store
from cellift.storage.secret import Keys, Secret, keys
from cellift.storage.targets import Target
from cellift.storage.transfers import work
from cellift.storage.transfers.registry import Transfers
from cellift.storage.transfers.transfer import Transfer
from cellift.storage.transfers.upload import Feed, upload
from storage.fault_proxy import FaultProxy, Head
from storage.kit import get, put
from storage.kit import keys as names
from storage.servers import DOMAIN, Server, keep_versions


@pytest.fixture
def store(minio: Server) -> S3Store:
    return minio.store()


@pytest.fixture
def bucket(store: S3Store) -> str:
    name = f"test-{uuid.uuid4()}"
    store.make_bucket(name)
    return name


@pytest.fixture
def versioned(minio: Server, bucket: str) -> str:
    keep_versions(minio, bucket)
    return bucket


def over(do: Callable[[Transfer], None]) -> Transfer:
    transfer = Transfers().start(Transfer("test", "Test"), do)
    assert transfer.ended.wait(30)
    return transfer


def test_each_version_can_be_read_and_removed(store: S3Store, versioned: str) -> None:
    put(store, versioned, "n", b"first")
    put(store, versioned, "n", b"second")
    newest, oldest = store.versions(versioned, "n")
    assert newest.is_latest and not oldest.is_latest
    assert b"".join(store.read(versioned, "n", version=oldest.version)) == b"first"
    assert store.stat(versioned, "n", version=oldest.version).size == 5
    store.remove(versioned, "n", version=newest.version)
    assert get(store, versioned, "n") == b"first"


def test_a_removal_is_taken_back(store: S3Store, versioned: str) -> None:
    for key in ("f/a", "f/b", "g"):
        put(store, versioned, key, key.encode())
    removal = over(work.delete([Target("minio", versioned, "f/")], lambda _: store))
    assert names(store, versioned) == ["g"] and removal.to_dict()["can_undo"]
    put(store, versioned, "f/b", b"written since")
    back = over(work.undo(removal, lambda _: store))
    assert get(store, versioned, "f/a") == b"f/a" and get(store, versioned, "f/b") == b"written since"
    assert [what for what, _ in back.failures] == [f"minio/{versioned}/f/b"]
    assert not removal.to_dict()["can_undo"]


def test_what_a_bucket_without_versions_lost_cannot_be_taken_back(store: S3Store, bucket: str) -> None:
    put(store, bucket, "n")
    assert not over(work.delete([Target("minio", bucket, "n")], lambda _: store)).to_dict()["can_undo"]


def test_metadata_and_tags_are_told_and_copied(store: S3Store, bucket: str) -> None:
    store.write(bucket, "n", io.BytesIO(b"x"), size=1, content_type="text/csv", metadata={"made-by": "me"})
    tags = "<Tagging><TagSet><Tag><Key>team</Key><Value>vision</Value></Tag></TagSet></Tagging>"
    store._transport.ask("PUT", bucket, "n", query={"tagging": ""}, body=Body([tags.encode()]))
    store.copy(bucket, "n", bucket, "copy")
    for key in ("n", "copy"):
        found = store.stat(bucket, key)
        told = (found.content_type, dict(found.metadata), dict(found.tags))
        assert told == ("text/csv", {"made-by": "me"}, {"team": "vision"}), key


def fetched(url: str, data: bytes | None = None) -> tuple[int, bytes]:
    request = urllib.request.Request(url, data=data, method="PUT" if data is not None else "GET")
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()


def test_a_link_works_without_keys_until_it_is_changed(store: S3Store, bucket: str) -> None:
    put(store, bucket, "a b/ü.txt", b"shared")
    link = store.share(bucket, "a b/ü.txt", seconds=60)
    assert fetched(link) == (200, b"shared")
    assert fetched(link.replace("X-Amz-Expires=60", "X-Amz-Expires=61"))[0] == 403
    assert fetched(link.partition("?")[0])[0] == 403
    into = store.share(bucket, "up", seconds=60, upload=True)
    assert fetched(into, b"from outside")[0] == 200
    assert get(store, bucket, "up") == b"from outside"


def test_a_condition_holds_also_against_who_comes_between(store: S3Store, bucket: str, minio: Server) -> None:
    first = put(store, bucket, "n", b"1")
    other = minio.store()

    class Interrupted(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            if not self.tell():
                put(other, bucket, "n", b"2")
            return super().read(size)

    with pytest.raises(ConditionError):
        store.write(bucket, "n", Interrupted(b"3"), size=1, condition=Condition(etag=first.etag))
    assert get(store, bucket, "n") == b"2"


def test_wrong_keys_are_told_apart(minio: Server, bucket: str) -> None:
    wrong_secret = replace(minio.keys, secret=Secret("not-this-one-at-all"))
    with pytest.raises(AccessError) as refused:
        S3Store(minio.endpoint(), wrong_secret).buckets()
    assert refused.value.code == "SignatureDoesNotMatch" and "not-this-one" not in str(refused.value)
    with pytest.raises(AccessError) as refused:
        S3Store(minio.endpoint(), keys("nobody-here", "not-this-one-at-all")).buckets()
    assert refused.value.code == "InvalidAccessKeyId"
    with pytest.raises(AccessError):
        S3Store(minio.endpoint(), None).page(bucket)


def test_clocks_that_differ_are_told(store: S3Store, bucket: str, monkeypatch: pytest.MonkeyPatch) -> None:
    an_hour_ago = datetime.now(timezone.utc) - timedelta(hours=1)
    monkeypatch.setattr("minio.time.utcnow", lambda: an_hour_ago)
    with pytest.raises(AccessError, match="the clocks differ") as refused:
        store.page(bucket)
    assert refused.value.code == "RequestTimeTooSkewed"


def test_a_link_ends(minio: Server, bucket: str, monkeypatch: pytest.MonkeyPatch) -> None:
    store = S3Store(minio.endpoint(region="us-east-1"), minio.keys)  # one that need not ask for the region
    put(store, bucket, "n", b"shared")
    an_hour_ago = datetime.now(timezone.utc) - timedelta(hours=1)
    monkeypatch.setattr("minio.time.utcnow", lambda: an_hour_ago)
    assert fetched(store.share(bucket, "n", seconds=3590))[0] == 403
    assert fetched(store.share(bucket, "n", seconds=7200)) == (200, b"shared")


def test_a_cancelled_upload_of_parts_leaves_none(store: S3Store, bucket: str) -> None:
    class Enough(Exception):
        pass

    def cancel(_: int) -> None:
        # What is counted as moved is a part's: the upload has begun, and the server knows it by its key.
        begun.extend(uploads_of(store, bucket, "n"))
        raise Enough

    begun: list[str] = []
    size = 32 << 20
    with pytest.raises(Enough):
        store.write(bucket, "n", io.BytesIO(bytes(size)), size=size, moved=cancel)
    assert begun and uploads_of(store, bucket, "n") == []
    assert names(store, bucket) == []


@pytest.mark.parametrize("size", [1000, 3 * PART], ids=["at once", "in parts"])
@pytest.mark.parametrize("last", [False, True], ids=["first request", "last request"])
def test_what_minio_does_after_the_cancel_does_not_stay(
    minio: Server, store: S3Store, bucket: str, size: int, last: bool
) -> None:
    reached, go_on, passed, removing = (threading.Event() for _ in range(4))

    def hold(head: Head) -> None:
        if head[0] == "PUT" if size < PART else head[0] == "POST" and ("uploadId=" in head[1]) == last:
            reached.set()
            go_on.wait(60)
            passed.set()
        elif head[0] == "DELETE":
            removing.set()

    proxy = FaultProxy(minio.url, fault=hold)
    # The same server: signatures hold for its own name, which the proxy does not change.
    slow = S3Store(minio.endpoint(url=proxy.url), minio.keys)
    place = Place(slow, "slow", bucket, "n")
    transfer = Transfer("upload", "Upload")
    feed = Feed(transfer, size)
    transfers = Transfers()
    transfers.start(transfer, upload(place, feed, existing="fail"), waits=False)
    taken = 0
    while taken < size:
        piece = bytes(min(1 << 20, size - taken))
        if feed.offer(taken, piece):
            taken += len(piece)
        elif reached.wait(0.01):
            break
    assert reached.wait(30)
    started = time.monotonic()
    assert transfers.cancel(transfer.id).state == "cancelled"
    assert time.monotonic() - started < 0.5
    go_on.set()
    assert passed.wait(30)
    assert removing.wait(30)
    assert slow._transport.leftovers.settled(30)
    assert names(store, bucket) == [] and uploads_of(store, bucket, "n") == []
    proxy.close()


def uploads_of(store: S3Store, bucket: str, key: str) -> list[str]:
    """The ids of unfinished uploads of a key: MinIO tells them only when it is asked for this very key."""
    answer = store._transport.ask("GET", bucket, query={"uploads": "", "prefix": key})
    return [one.text or "" for one in answers.parse(answer.body).iterfind("Upload/UploadId")]


def test_a_bucket_that_is_removed_meanwhile_is_told(store: S3Store, bucket: str) -> None:
    size = 32 << 20
    gone: list[int] = []

    def remove(count: int) -> None:
        if not gone:
            store.remove_bucket(bucket)
        gone.append(count)

    with pytest.raises(NotFoundError):
        store.write(bucket, "n", io.BytesIO(bytes(size)), size=size, moved=remove)
    assert bucket not in [one.name for one in store.buckets()]


def test_a_bucket_in_the_name_of_the_host_works_as_one_in_the_path(
    minio: Server, store: S3Store, bucket: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: set[str] = set()
    real = socket.getaddrinfo

    def here(host: str, *rest: Any, **options: Any) -> Any:
        asked.add(host)
        return real("127.0.0.1" if host.endswith(DOMAIN) else host, *rest, **options)

    monkeypatch.setattr(socket, "getaddrinfo", here)
    endpoint = minio.endpoint(url=minio.url.replace("127.0.0.1", DOMAIN), path_style=False, proxy="")
    by_host = S3Store(endpoint, minio.keys)
    put(by_host, bucket, "a b/ü+%2F.txt", b"by its host")
    assert names(by_host, bucket) == ["a b/ü+%2F.txt"]
    assert asked == {f"{bucket}.{DOMAIN}"}
    assert get(store, bucket, "a b/ü+%2F.txt") == b"by its host"
    assert bucket in [one.name for one in by_host.buckets()]


def test_a_wrong_region_is_found_out(minio: Server, bucket: str) -> None:
    store = S3Store(minio.endpoint(region="eu-west-1"), minio.keys, pause=lambda _: None)
    put(store, bucket, "n", b"x")
    assert get(store, bucket, "n") == b"x"


def test_a_public_bucket_is_read_without_keys(minio: Server, store: S3Store, bucket: str) -> None:
    put(store, bucket, "n", b"public")
    statement = {"Effect": "Allow", "Principal": {"AWS": ["*"]}, "Action": ["s3:GetObject", "s3:ListBucket"]}
    statement["Resource"] = [f"arn:aws:s3:::{bucket}", f"arn:aws:s3:::{bucket}/*"]
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    store._transport.ask("PUT", bucket, query={"policy": ""}, body=Body([policy.encode()]))
    nobody = S3Store(minio.endpoint(), None)
    assert names(nobody, bucket) == ["n"] and get(nobody, bucket, "n") == b"public"
    with pytest.raises(AccessError):
        put(nobody, bucket, "m")


def test_temporary_keys_work_with_their_token_and_not_without(minio: Server, store: S3Store, bucket: str) -> None:
    put(store, bucket, "n", b"x")
    temporary = assumed_role(minio)
    assert get(S3Store(minio.endpoint(), temporary), bucket, "n") == b"x"
    with pytest.raises((AccessError, NotFoundError)):
        get(S3Store(minio.endpoint(), replace(temporary, token=None)), bucket, "n")


def test_temporary_keys_that_have_expired_are_told_with_what_to_do(minio: Server, store: S3Store, bucket: str) -> None:
    """MinIO says no more than that the token is invalid; it makes none for less than 15 minutes: it is made here."""
    put(store, bucket, "n", b"x")
    temporary = assumed_role(minio)
    assert temporary.token is not None
    expired = replace(temporary, token=Secret(in_the_past(temporary.token.reveal(), minio.keys.secret.reveal())))
    for ask in (lambda at: at.page(bucket), lambda at: at.stat(bucket, "n"), lambda at: put(at, bucket, "m")):
        with pytest.raises(AccessError, match=r"credentials have expired, .* Get new ones, and set all three where"):
            ask(S3Store(minio.endpoint(), expired))
        with pytest.raises(AccessError, match=r"wants a session token: .* temporary credentials\. Set their token"):
            ask(S3Store(minio.endpoint(), replace(temporary, token=None)))
    gone = keys("OFANOTHERSERVER", "not-this-one-at-all", temporary.token.reveal())
    with pytest.raises(AccessError, match=r"expired, or are those of another server\. Get new ones"):
        S3Store(minio.endpoint(), gone).page(bucket)
    with pytest.raises(AccessError, match="Look for a wrong key"):
        S3Store(minio.endpoint(), replace(gone, token=None)).page(bucket)


def in_the_past(token: str, secret: str) -> str:
    """A session token that ended a minute ago, signed as MinIO does with its root secret (a JWT with HS512)."""
    head, claims, signature = token.split(".")

    def signed(claims: str) -> str:
        made = hmac.new(secret.encode(), f"{head}.{claims}".encode(), hashlib.sha512).digest()
        return base64.urlsafe_b64encode(made).decode().rstrip("=")

    assert signed(claims) == signature
    content = json.loads(base64.urlsafe_b64decode(claims + "=="))
    content["exp"] = int(datetime.now(timezone.utc).timestamp()) - 60
    ended = base64.urlsafe_b64encode(json.dumps(content).encode()).decode().rstrip("=")
    return f"{head}.{ended}.{signed(ended)}"


def assumed_role(minio: Server) -> Keys:
    """Keys of MinIO's security token service, asked for with its own signature (service ``sts``)."""
    from hashlib import sha256
    from urllib.parse import urlsplit
    from xml.etree import ElementTree

    from minio.credentials import Credentials
    from minio.signer import sign_v4_sts

    body = urlencode({"Action": "AssumeRole", "Version": "2011-06-15", "DurationSeconds": "900"}).encode()
    now = datetime.now(timezone.utc)
    digest = sha256(body).hexdigest()
    url = urlsplit(f"{minio.url}/")
    headers = {
        "Host": url.netloc,
        "Content-Type": "application/x-www-form-urlencoded",
        "x-amz-date": now.strftime("%Y%m%dT%H%M%SZ"),
    }
    pair = Credentials(minio.keys.key_id.reveal(), minio.keys.secret.reveal())
    signed = sign_v4_sts(
        method="POST", url=url, region="us-east-1", headers=headers, credentials=pair, content_sha256=digest, date=now
    )
    request = urllib.request.Request(url.geturl(), data=body, headers=signed, method="POST")
    with urllib.request.urlopen(request, timeout=20) as answer:
        root = ElementTree.fromstring(answer.read())
    found = {one.tag.rpartition("}")[2]: one.text or "" for one in root.iter()}
    return keys(found["AccessKeyId"], found["SecretAccessKey"], found["SessionToken"])
