"""Buckets, pages, objects and their bytes through REST, over the local tree."""

from __future__ import annotations

import asyncio
import itertools
import logging
import threading
from typing import Any
from urllib.parse import unquote

import pytest
from tornado.httpclient import HTTPClientError


async def test_buckets_are_made_listed_and_removed(data: Any, bucket: str) -> None:
    found = (await data("GET", "connections/local/buckets")).json
    assert [one["name"] for one in found["buckets"]] == ["wine"] and not found["read_only"]
    assert (await data("POST", "connections/local/buckets", send={"bucket": "wine"})).status == 409
    assert (await data("POST", "connections/local/buckets", send={"bucket": "../x"})).status == 400
    await data.put(bucket, "a.txt", b"a")
    assert (await data("DELETE", "connections/local/buckets", bucket=bucket)).status == 409
    assert (await data("DELETE", "connections/local/object", bucket=bucket, key="a.txt")).status == 204
    assert (await data("DELETE", "connections/local/buckets", bucket=bucket)).status == 204


async def test_pages_go_on_with_the_token_of_the_page_before(data: Any, bucket: str) -> None:
    for number in range(7):
        await data.put(bucket, f"in/{number}", b"x")
    seen: list[str] = []
    token = None
    while True:
        query = {"after": token} if token else {}
        page = (await data("GET", "connections/local/objects", bucket=bucket, prefix="in/", limit=3, **query)).json
        assert len(page["objects"]) <= 3
        seen += [one["key"] for one in page["objects"]]
        token = page["next"]
        if token is None:
            break
    assert seen == [f"in/{number}" for number in range(7)]
    assert await data.keys(bucket) == ["in/"]


@pytest.mark.parametrize("key", [" spaces at the ends ", "a%2Fb+c&d=e?f#g", "<img src=x onerror=alert(1)>", "ü/🍷"])
async def test_a_hostile_key_comes_back_as_it_is(data: Any, bucket: str, key: str) -> None:
    assert (await data.put(bucket, key, b"here")).json["key"] == key
    assert (await data("GET", "connections/local/object", bucket=bucket, key=key)).json["key"] == key
    answer = await data("GET", "connections/local/content", bucket=bucket, key=key)
    assert answer.body == b"here"
    named = answer.headers["Content-Disposition"]
    assert named.startswith("attachment;") and not any(sign in named for sign in "<>\r\n")
    assert "/" not in unquote(named.partition("filename*=UTF-8''")[2])


async def test_a_range_is_sent_as_such(data: Any, bucket: str) -> None:
    await data.put(bucket, "n", b"0123456789")
    for asked, status, body in (
        ("bytes=2-4", 206, b"234"),
        ("bytes=7-", 206, b"789"),
        ("bytes=-3", 206, b"789"),
        ("bytes=8-99", 206, b"89"),
        ("bytes=0-1,4-5", 200, b"0123456789"),
        ("lines=1-2", 200, b"0123456789"),
    ):
        answer = await data("GET", "connections/local/content", bucket=bucket, key="n", headers={"Range": asked})
        assert (answer.status, answer.body) == (status, body), asked
    beyond = await data("GET", "connections/local/content", bucket=bucket, key="n", headers={"Range": "bytes=10-"})
    assert beyond.status == 416 and beyond.headers["Content-Range"] == "bytes */10"


async def test_an_object_that_is_known_already_is_not_sent_again(data: Any, bucket: str) -> None:
    etag = (await data.put(bucket, "n", b"old")).json["etag"]
    ask = {"bucket": bucket, "key": "n"}
    same = await data("GET", "connections/local/content", headers={"If-None-Match": f'"{etag}"'}, **ask)
    assert same.status == 304 and not same.body
    resumed = {"Range": "bytes=1-", "If-Range": f'"{etag}"'}
    assert (await data("GET", "connections/local/content", headers=resumed, **ask)).body == b"ld"
    await data.put(bucket, "n", b"newer")
    # The rest of another object would make a mixture of both: all of the new one comes.
    assert (await data("GET", "connections/local/content", headers=resumed, **ask)).body == b"newer"


async def test_nothing_that_a_bucket_holds_can_act_in_a_browser(data: Any, bucket: str) -> None:
    for key in ("page.html", "picture.svg", "a.xml", "script.js"):
        await data.put(bucket, key, b"<script>1</script>")
        answer = await data("GET", "connections/local/content", bucket=bucket, key=key, inline=1)
        assert answer.headers["Content-Type"] == "application/octet-stream"
        assert answer.headers["Content-Disposition"].startswith("attachment;")
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Content-Security-Policy"].startswith("sandbox; default-src 'none'")
    await data.put(bucket, "p.png", b"\x89PNG")
    shown = await data("GET", "connections/local/content", bucket=bucket, key="p.png", inline=1)
    assert shown.headers["Content-Type"] == "image/png" and shown.headers["Content-Disposition"].startswith("inline;")
    assert shown.headers["Content-Security-Policy"].startswith("sandbox;")


async def test_head_tells_the_size_and_sends_nothing(data: Any, bucket: str) -> None:
    await data.put(bucket, "n", b"0123456789")
    answer = await data("HEAD", "connections/local/content", bucket=bucket, key="n")
    assert answer.headers["Content-Length"] == "10" and not answer.body


async def test_a_write_holds_to_its_condition(data: Any, bucket: str) -> None:
    first = (await data.put(bucket, "n", b"1", headers={"If-None-Match": "*"})).json
    assert (await data.put(bucket, "n", b"2", headers={"If-None-Match": "*"})).status == 412
    changed = await data.put(bucket, "n", b"3", headers={"If-Match": f'"{first["etag"]}"'})
    assert changed.status == 200 and changed.json["etag"] != first["etag"]
    lost = await data.put(bucket, "n", b"4", headers={"If-Match": f'"{first["etag"]}"'})
    assert lost.status == 412
    assert (await data("GET", "connections/local/content", bucket=bucket, key="n")).body == b"3"
    assert (await data.put(bucket, "n", b"5", headers={"If-None-Match": "abc"})).status == 400


async def test_what_is_not_there_is_a_404_with_the_name(data: Any, bucket: str) -> None:
    for path in ("object", "content", "versions"):
        answer = await data("GET", f"connections/local/{path}", bucket=bucket, key="nothing")
        if path != "versions":
            assert answer.status == 404 and "nothing" in answer.json["message"]
    assert (await data("GET", "connections/local/objects", bucket="nobody")).status == 404
    assert (await data("GET", "connections/nobody/buckets")).status == 404
    assert (await data("GET", "connections/local/object", bucket=bucket)).status == 400


async def test_a_local_tree_has_no_links_to_share(data: Any, bucket: str) -> None:
    await data.put(bucket, "n", b"1")
    answer = await data("POST", "connections/local/share", send={"bucket": bucket, "key": "n"})
    assert answer.status == 501 and "links" in answer.json["message"]


async def test_a_download_that_breaks_does_not_look_whole(
    data: Any, bucket: str, jp_fetch: Any, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    from cellift.storage.errors import TruncatedError
    from cellift.storage.local.tree import LocalTree

    await data.put(bucket, "n", b"x" * (3 << 20))
    whole = LocalTree.read

    def broken(self: LocalTree, *args: Any, **options: Any) -> Any:
        yield from itertools.islice(whole(self, *args, **options), 2)
        raise TruncatedError("It ended too early.")

    monkeypatch.setattr(LocalTree, "read", broken)
    monkeypatch.setattr(
        "cellift.storage.transfer.steady",
        lambda place, found, start=0, length=None: place.store.read(
            place.bucket, place.key, start=start, length=length
        ),
    )
    with pytest.raises((HTTPClientError, OSError)):
        await jp_fetch("cellift", "api", "data", "connections/local/content", params={"bucket": bucket, "key": "n"})
    # What happened is one line of the log, and no defect of ours with its traceback.
    assert [one.levelname for one in caplog.records if one.levelno >= logging.WARNING and "ended" in one.message]
    assert not [one for one in caplog.records if one.exc_info]


async def test_a_browser_that_goes_away_ends_the_reading(
    data: Any,
    bucket: str,
    jp_base_url: str,
    jp_auth_header: dict[str, str],
    http_server_port: Any,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    from cellift.storage.local.tree import LocalTree

    await data.put(bucket, "n", b"x" * (32 << 20))
    whole, closed = LocalTree.read, threading.Event()

    def noted(self: LocalTree, *args: Any, **options: Any) -> Any:
        try:
            yield from whole(self, *args, **options)
        finally:
            closed.set()

    monkeypatch.setattr(LocalTree, "read", noted)
    reader, writer = await asyncio.open_connection("127.0.0.1", http_server_port[-1])
    path = f"{jp_base_url}cellift/api/data/connections/local/content?bucket={bucket}&key=n"
    head = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: {jp_auth_header['Authorization']}\r\n\r\n"
    writer.write(head.encode())
    assert (await reader.readline()).startswith(b"HTTP/1.1 200")
    writer.transport.abort()
    await asyncio.get_running_loop().run_in_executor(None, closed.wait)
    await data("GET", "connections/local/buckets")  # the server goes on, and has ended that request
    assert not [one for one in caplog.records if one.exc_info]
