"""The routes of data before a real S3 server: bytes up and down, links, copies, and cancels that leave nothing."""

from __future__ import annotations

import urllib.request
from datetime import datetime, timezone
from typing import Any
from uuid import uuid4

import pytest
from data_kit import place

from cellift.storage.connections.kept import keep
from cellift.storage.s3.store import S3Store
from cellift.storage.secret import keys as keys_of
from storage.kit import keys
from storage.rclone import Rclone

PIECE = 8 << 20
PARTS = bytes(range(256)) * (20 << 12)
"""20 MiB: more than one request takes, so a multipart upload."""


@pytest.fixture
def beside(server: Rclone) -> S3Store:
    """The same server, asked without Cellift's."""
    return server.store()


@pytest.fixture
def lab(data: Any, server: Rclone, beside: S3Store) -> str:
    """A bucket of the connection ``lab``."""
    keep("lab", server.url, server.keys)
    name = f"test-{uuid4()}"
    beside.make_bucket(name)
    return name


def at(bucket: str, key: str = "") -> dict[str, str]:
    return place(bucket, key, "lab")


async def begin(data: Any, bucket: str, size: int) -> str:
    begun = await data("POST", "transfers", send={"kind": "upload", "to": at(bucket, "deep/big"), "size": size})
    assert begun.status == 202, begun.json
    return str(begun.json["id"])


async def bring(data: Any, transfer: str, offset: int) -> Any:
    return await data("PUT", f"transfers/{transfer}/bytes", raw=PARTS[offset : offset + PIECE], offset=offset)


async def read(data: Any, bucket: str, key: str, **options: Any) -> Any:
    return await data("GET", "connections/lab/content", bucket=bucket, key=key, **options)


async def test_buckets_are_those_of_the_server(data: Any, lab: str, server: Rclone) -> None:
    assert (await data("POST", "connections/lab/buckets", send={"bucket": f"{lab}-2"})).status == 201
    found = (await data("GET", "connections/lab/buckets")).json
    assert {lab, f"{lab}-2"} <= {one["name"] for one in found["buckets"]} and "share" in found["features"]
    assert (server.root / f"{lab}-2").is_dir()
    await data.put(lab, "n", b"1", connection="lab")
    assert (await data("DELETE", "connections/lab/buckets", bucket=lab)).status == 409
    assert (await data("DELETE", "connections/lab/object", bucket=lab, key="n")).status == 204
    assert (await data("DELETE", "connections/lab/buckets", bucket=lab)).status == 204
    assert not (server.root / lab).exists()
    assert (await data("GET", "connections/lab/objects", bucket=lab)).status == 404


async def test_pages_bring_each_key_once(data: Any, lab: str, beside: S3Store) -> None:
    wanted = [f"in/{number:02}" for number in range(23)]
    for key in [*wanted, "in/deeper/x", "other"]:
        await data.put(lab, key, b"x", connection="lab")
    objects: list[str] = []
    prefixes: list[str] = []
    query: dict[str, Any] = {"bucket": lab, "prefix": "in/", "limit": 5}
    while True:
        page = (await data("GET", "connections/lab/objects", **query)).json
        assert len(page["objects"]) + len(page["prefixes"]) <= 5
        objects += [one["key"] for one in page["objects"]]
        prefixes += page["prefixes"]
        if page["next"] is None:
            break
        query["after"] = page["next"]
    assert (objects, prefixes) == (wanted, ["in/deeper/"])


async def test_a_range_of_the_bytes_comes(data: Any, lab: str) -> None:
    written = (await data.put(lab, "n.txt", b"0123456789", connection="lab")).json
    assert written["content_type"].startswith("text/plain")
    whole = await read(data, lab, "n.txt")
    assert whole.body == b"0123456789" and whole.headers["Etag"] == f'"{written["etag"]}"'
    for asked, body in (("bytes=2-4", b"234"), ("bytes=7-", b"789"), ("bytes=-1", b"9")):
        part = await read(data, lab, "n.txt", headers={"Range": asked})
        assert (part.status, part.body) == (206, body), asked
        assert part.headers["Content-Range"].endswith("/10")
    known = await read(data, lab, "n.txt", headers={"If-None-Match": f'"{written["etag"]}"'})
    assert known.status == 304 and not known.body


async def test_somebody_elses_write_is_not_overwritten(data: Any, lab: str) -> None:
    seen = (await data.put(lab, "n", b"1", connection="lab")).json
    await data.put(lab, "n", b"somebody else's", connection="lab")
    mine = await data.put(lab, "n", b"2", connection="lab", headers={"If-Match": f'"{seen["etag"]}"'})
    assert mine.status == 412
    assert (await read(data, lab, "n")).body == b"somebody else's"


async def test_an_upload_that_broke_goes_on_and_comes_back_whole(data: Any, lab: str, beside: S3Store) -> None:
    transfer = await begin(data, lab, len(PARTS))
    assert (await bring(data, transfer, 0)).json["bytes"] == PIECE
    again = await bring(data, transfer, 0)
    assert again.status == 409 and str(PIECE) in again.json["message"]
    assert await data.keys(lab, "deep/", connection="lab") == []
    for offset in (PIECE, 2 * PIECE):
        answer = await bring(data, transfer, offset)
    assert (answer.json["state"], answer.json["bytes"]) == ("done", len(PARTS))
    assert (await read(data, lab, "deep/big")).body == PARTS
    assert beside.uploads(lab) == []


async def test_a_cancelled_upload_leaves_no_parts(data: Any, lab: str, beside: S3Store) -> None:
    transfer = await begin(data, lab, 10 * len(PARTS))
    for offset in (0, PIECE):
        await bring(data, transfer, offset)
    # The third piece has room only when the store has taken the first two, which are more than one request takes.
    await data("PUT", f"transfers/{transfer}/bytes", raw=PARTS[:PIECE], offset=2 * PIECE)
    await data("PUT", f"transfers/{transfer}/bytes", raw=PARTS[:PIECE], offset=3 * PIECE)
    assert beside.uploads(lab) == ["deep/big"], "it was under way"
    answer = await data("DELETE", f"transfers/{transfer}")
    assert answer.json["state"] == "cancelled" and answer.json["error"] is None
    assert beside.uploads(lab) == []
    assert keys(beside, lab) == []  # rclone keeps the empty folder


async def test_objects_go_between_the_server_and_the_local_tree(data: Any, lab: str, bucket: str) -> None:
    for key in ("a/1", "a/b/2"):
        await data.put(lab, key, key.encode(), connection="lab")
    done = await data.transfer(kind="copy", sources=[at(lab, "a/")], to=place(bucket, "from lab/"))
    assert (done["state"], done["objects"], done["bytes"]) == ("done", 2, len("a/1a/b/2"))
    assert await data.keys(bucket, "from lab/a/") == ["from lab/a/1", "from lab/a/b/"]
    done = await data.transfer(kind="move", sources=[place(bucket, "from lab/a/")], to=at(lab, "back/"))
    assert done["state"] == "done" and await data.keys(bucket) == []
    assert (await read(data, lab, "back/a/b/2")).body == b"a/b/2"


async def test_objects_are_moved_and_removed_on_the_server(data: Any, lab: str) -> None:
    for key in ("a/1", "a/b/2", "n"):
        await data.put(lab, key, key.encode(), connection="lab")
    assert (await data.transfer(kind="move", sources=[at(lab, "a/")], to=at(lab, "c")))["state"] == "done"
    assert await data.keys(lab, connection="lab") == ["n", "c/"]
    plan = (await data("POST", "plans", send={"kind": "delete", "sources": [at(lab, "c/")]})).json
    assert (plan["objects"], plan["bytes"], plan["more"]) == (2, len("a/1a/b/2"), False)
    done = await data.transfer(kind="delete", sources=[at(lab, "c/"), at(lab, "n")])
    assert (done["state"], done["objects"]) == ("done", 3)
    assert await data.keys(lab, connection="lab") == []


async def test_a_link_works_without_credentials_for_a_quarter_of_an_hour(data: Any, lab: str, server: Rclone) -> None:
    await data.put(lab, "n ü.txt", b"shared", connection="lab")
    before = datetime.now(timezone.utc)
    answer = await data("POST", "connections/lab/share", send={"bucket": lab, "key": "n ü.txt"})
    assert answer.status == 200 and answer.headers["Cache-Control"] == "no-store"
    expires = datetime.fromisoformat(answer.json["expires"].replace("Z", "+00:00"))
    assert 899 <= (expires - before).total_seconds() <= 960
    assert "X-Amz-Expires=900" in answer.json["url"] and server.keys.secret.reveal() not in answer.json["url"]
    with urllib.request.urlopen(answer.json["url"]) as response:
        assert response.read() == b"shared"
    assert (await data("POST", "connections/lab/share", send={"bucket": lab, "key": "nothing"})).status == 404


async def test_a_link_for_an_upload_takes_one_object(data: Any, lab: str) -> None:
    send = {"bucket": lab, "key": "brought", "seconds": 60, "upload": True}
    link = (await data("POST", "connections/lab/share", send=send)).json["url"]
    with urllib.request.urlopen(urllib.request.Request(link, data=b"by somebody", method="PUT")):
        pass
    assert (await read(data, lab, "brought")).body == b"by somebody"


async def test_a_read_only_connection_refuses_before_the_server_is_asked(
    data: Any, lab: str, bucket: str, server: Rclone, beside: S3Store
) -> None:
    await data.put(lab, "n", b"1", connection="lab")
    assert (await data("PUT", "connections/lab", send={"url": server.url, "read_only": True})).status == 200
    assert (await data("GET", "connections/lab/buckets")).json["read_only"]
    assert (await read(data, lab, "n")).body == b"1"
    answers = [
        await data.put(lab, "n", b"2", connection="lab"),
        await data("DELETE", "connections/lab/object", bucket=lab, key="n"),
        await data("DELETE", "connections/lab/buckets", bucket=lab),
        await data("POST", "connections/lab/buckets", send={"bucket": "test-other"}),
        await data("POST", "transfers", send={"kind": "upload", "to": at(lab, "n"), "size": 1}),
        await data("POST", "connections/lab/share", send={"bucket": lab, "key": "n", "upload": True}),
    ]
    assert [one.status for one in answers] == [403] * len(answers), [one.json for one in answers]
    assert (await data.transfer(kind="delete", sources=[at(lab, "n")]))["state"] == "failed"
    moved = await data.transfer(kind="move", sources=[at(lab, "n")], to=place(bucket, "n"))
    assert moved["state"] == "failed" and await data.keys(bucket) == []  # not copied first, to fail then
    assert b"".join(beside.read(lab, "n")) == b"1"


async def test_transfers_to_a_read_only_connection_ask_nothing_of_the_server(data: Any, bucket: str) -> None:
    await data.put(bucket, "n", b"1")
    keep("dead", "http://127.0.0.1:9", keys_of("some-key", "some-secret"), read_only=True)
    for request in (
        {"kind": "delete", "sources": [place("b", "f/", "dead")]},
        {"kind": "copy", "sources": [place(bucket, "n")], "to": place("b", "n", "dead")},
        {"kind": "move", "sources": [place("b", "f/", "dead")], "to": place(bucket, "f")},
    ):
        assert "read-only" in (await data.transfer(**request))["error"]  # and not that nobody answers
