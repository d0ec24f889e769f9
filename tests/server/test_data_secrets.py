"""Keys go in through REST, are found where they belong, and then in nothing that the server answers or logs."""

from __future__ import annotations

import json
import logging
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from data_kit import place

from cellift.config.settings import config_path
from storage.canaries import echo, forms, places
from storage.fault_proxy import FaultProxy
from storage.rclone import Rclone


@pytest.fixture
def behind(server: Rclone) -> Iterator[FaultProxy]:
    proxy = FaultProxy(server.url)
    yield proxy
    proxy.close()


class Told:
    """All that a server says: status line, headers and body of every answer, as it is kept for the search."""

    def __init__(self, data: Any) -> None:
        self._data = data
        self.texts: list[bytes] = []
        self.statuses: list[int] = []

    async def __call__(self, *request: Any, **options: Any) -> Any:
        answer = await self._data(*request, **options)
        self.texts += [answer.body, str(answer.headers).encode("utf-8", "replace")]
        self.statuses.append(answer.status)
        return answer

    async def transfer(self, **request: Any) -> None:
        begun = await self("POST", "transfers", send=request)
        await self._data.over(begun.json["id"])
        await self("GET", f"transfers/{begun.json['id']}")


async def ask_everything(told: Told, connection: str, bucket: str) -> None:
    """Every route that a connection has, and each kind of transfer, whatever comes of it."""
    at = {"bucket": bucket, "key": "n"}
    await told("POST", f"connections/{connection}/buckets", send={"bucket": bucket})
    await told("PUT", f"connections/{connection}/content", raw=b"12345", **at)
    await told("GET", f"connections/{connection}/buckets")
    for path in ("objects", "object", "versions", "content", "made-by"):
        await told("GET", f"connections/{connection}/{path}", **at)
    for upload in (True, False):
        await told("POST", f"connections/{connection}/share", send={**at, "upload": upload})
    sources, other = [place(bucket, "n", connection)], place(bucket, "m", connection)
    await told("POST", "plans", send={"kind": "copy", "sources": sources, "to": other})
    await told.transfer(kind="copy", sources=sources, to=other)
    await told.transfer(kind="move", sources=[other], to=place(bucket, "o", connection))
    await told.transfer(kind="size", sources=sources)
    await told.transfer(kind="export", sources=sources, to={"path": ""})
    begun = await told("POST", "transfers", send={"kind": "upload", "to": place(bucket, "up", connection), "size": 3})
    await told("PUT", f"transfers/{begun.json['id']}/bytes", raw=b"abc")
    await told.transfer(kind="delete", sources=sources)
    await told("GET", "transfers")
    await told("GET", "connections")
    await told("DELETE", f"connections/{connection}/object", **at)
    await told("DELETE", f"connections/{connection}/buckets", bucket=bucket)


def said(told: Told, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]) -> bytes:
    """All answers, the whole log, and what was put out."""
    shown = capfd.readouterr()
    return b"\n".join([*told.texts, (caplog.text + shown.out + shown.err).encode("utf-8", "replace")])


async def test_a_secret_is_in_the_kept_file_and_nowhere_else(
    data: Any,
    behind: FaultProxy,
    server: Rclone,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    caplog.set_level(logging.DEBUG)
    told = Told(data)
    canaries = {name: f"canary/{secrets.token_urlsafe(12)}+=" for name in ("secret", "token")}
    right = {"key_id": server.keys.key_id.reveal(), "secret": server.keys.secret.reveal()}
    await told("PUT", "connections/right", send={"url": behind.url, **right})
    await told("PUT", "connections/wrong", send={"url": behind.url, "key_id": "id", **canaries})
    looked_for = {**canaries, "right": right["secret"]}
    kept = str((config_path() / "connections.json").relative_to(tmp_path))
    for secret in looked_for.values():
        assert places(tmp_path, secret) == {kept}, "found where it belongs, first"

    await ask_everything(told, "right", "canaries")
    assert told.statuses.count(200) + told.statuses.count(202) >= 20, told.statuses
    failed = len(told.statuses)
    behind.fault = lambda _: echo(behind)
    for connection in ("wrong", "right"):
        await ask_everything(told, connection, "canaries")
    assert told.statuses[failed:].count(403) >= 20, "the server's own words came back"

    # It is still kept, and only there: it was not sent but the token, without which temporary keys do nothing.
    sent = b"".join(behind.raw)
    assert canaries["token"].encode() in sent
    shown = capfd.readouterr()
    everything = b"\n".join(
        [*told.texts, caplog.text.encode("utf-8", "replace"), shown.out.encode(), shown.err.encode()]
    )
    assert b"/data/connections/wrong/object" in everything, "the log is searched, too"
    for name, secret in looked_for.items():
        assert not [form for form in forms(secret) if form in everything], name
        assert name == "token" or not [form for form in forms(secret) if form in sent], name
        assert places(tmp_path, secret) == {kept}, name


async def test_a_secret_in_a_request_that_is_refused_is_not_told_again(
    data: Any, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    caplog.set_level(logging.DEBUG)
    told = Told(data)
    canary = f"canary/{secrets.token_urlsafe(12)}+="
    url = "http://127.0.0.1:9"
    for send in (
        {"url": url, "secret": canary},
        {"url": url, "key_id": "id", "secret": [canary]},
        {"url": url, "key_id": {"id": canary}, "secret": canary},
        {"url": url, "secret_key": canary},
        {"url": url, "anonymous": True, "key_id": "id", "secret": canary},
        {"url": f"http://id:{canary}@127.0.0.1:9", "key_id": "id", "secret": canary},
        {"url": f"{url}/?secret={canary}", "key_id": "id", "secret": canary},
        [canary],
    ):
        answer = await told("PUT", "connections/lab", send=send)
        assert answer.status == 400, (answer.status, answer.json)
    for raw in (json.dumps({"secret": canary})[:-1].encode(), b"\xff" + canary.encode()):
        assert (await told("PUT", "connections/lab", raw=raw)).status == 400
    shown = capfd.readouterr()
    everything = b"\n".join(
        [*told.texts, caplog.text.encode("utf-8", "replace"), shown.out.encode(), shown.err.encode()]
    )
    assert b"/data/connections/lab" in everything
    assert not [form for form in forms(canary) if form in everything]
    assert places(tmp_path, canary) == set()


async def test_a_link_is_in_the_answer_and_in_no_log(
    data: Any, server: Rclone, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    caplog.set_level(logging.DEBUG)
    keys = {"key_id": server.keys.key_id.reveal(), "secret": server.keys.secret.reveal()}
    await data("PUT", "connections/right", send={"url": server.url, **keys})
    await data("POST", "connections/right/buckets", send={"bucket": "links"})
    await data.put("links", "n", b"1", connection="right")
    link = (await data("POST", "connections/right/share", send={"bucket": "links", "key": "n"})).json["url"]
    signature = link.split("X-Amz-Signature=")[1]
    assert len(signature) == 64
    shown = capfd.readouterr()
    assert signature not in caplog.text + shown.out + shown.err and places(tmp_path, signature) == set()
