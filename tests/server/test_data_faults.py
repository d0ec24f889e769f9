"""Each fault of a store's server, through the routes of data: a status that tells its kind, and the core's sentence."""

from __future__ import annotations

from collections.abc import Iterator
from email.utils import formatdate
from pathlib import Path
from time import time
from typing import Any
from uuid import uuid4

import pytest
from data_kit import place

from cellift.storage.connections.kept import keep
from cellift.storage.s3 import multipart
from cellift.storage.s3.transport import Transport
from storage.fault_proxy import FaultProxy, error
from storage.kit import get, keys, put
from storage.rclone import Rclone

BIG = 3 * multipart.PART
FAULTS = {
    "gone": (b"", 504, "broke the connection while"),
    "busy": (error("503 Slow Down", "SlowDown"), 504, "asks for fewer requests, also after 5 tries. Try again later"),
    "expired": (
        error("403 Forbidden", "ExpiredToken"),
        403,
        "The temporary credentials of connection 'lab' have expired. Get new ones",
    ),
    "skewed": (
        error("403 Forbidden", "RequestTimeTooSkewed", date=formatdate(time() - 7200, usegmt=True)),
        403,
        "min behind. Set the clock of this machine",
    ),
    "own code": (error("403 Forbidden", "NotOnSundays"), 403, "(HTTP 403, NotOnSundays)"),
    "full": (error("507 Full", "XMinioStorageFull"), 507, "has no room left for"),
    "unknown": (error("400 Bad Request", "Strange", "words"), 502, "(HTTP 400, Strange). The server says: words"),
}


@pytest.fixture
def proxy(server: Rclone, monkeypatch: pytest.MonkeyPatch) -> Iterator[FaultProxy]:
    monkeypatch.setattr(Transport, "_wait", lambda *_: None)
    made = FaultProxy(server.url)
    yield made
    made.close()


@pytest.fixture
def lab(data: Any, proxy: FaultProxy, server: Rclone) -> str:
    """A bucket with ``there`` of the connection ``lab``, which leads through the proxy."""
    keep("lab", proxy.url, server.keys)
    name = f"test-{uuid4()}"
    server.store().make_bucket(name)
    put(server.store(), name, "there", b"kept")
    return name


def break_(proxy: FaultProxy, given: bytes) -> None:
    proxy.fault = lambda _: given


@pytest.mark.parametrize("fault", FAULTS)
async def test_a_route_tells_a_fault(data: Any, lab: str, proxy: FaultProxy, server: Rclone, fault: str) -> None:
    given, status, says = FAULTS[fault]
    break_(proxy, given)
    at = {"bucket": lab, "key": "there"}
    for answer in (
        await data("GET", "connections/lab/objects", bucket=lab),
        await data("GET", "connections/lab/object", **at),
        await data("GET", "connections/lab/versions", **at),
        await data("GET", "connections/lab/content", **at),
        await data("GET", "connections/lab/preview", **at),
        await data("PUT", "connections/lab/content", raw=b"new", **at),
        await data("DELETE", "connections/lab/object", **at),
        await data("DELETE", "connections/lab/buckets", bucket=lab),
        await data("POST", "plans", send={"kind": "delete", "sources": [place(lab, "", "lab")]}),
    ):
        assert (answer.status, says in answer.json["message"]) == (status, True), answer.json
    assert get(server.store(), lab, "there") == b"kept"


@pytest.mark.parametrize("fault", FAULTS)
async def test_a_transfer_tells_a_fault_and_is_not_done(
    data: Any, lab: str, bucket: str, proxy: FaultProxy, server: Rclone, jp_root_dir: Path, fault: str
) -> None:
    given, _, says = FAULTS[fault]
    await data.put(bucket, "n", b"1")
    (jp_root_dir / "file").write_bytes(b"1")
    break_(proxy, given)
    there = place(lab, "there", "lab")
    for request in (
        {"kind": "copy", "sources": [there], "to": place(lab, "new", "lab")},
        {"kind": "move", "sources": [there], "to": place(bucket, "new")},
        {"kind": "copy", "sources": [place(bucket, "n")], "to": place(lab, "new", "lab")},
        {"kind": "export", "sources": [there], "to": {"path": ""}},
        {"kind": "import", "sources": [{"path": "file"}], "to": place(lab, "new", "lab")},
        {"kind": "delete", "sources": [there]},
        {"kind": "size", "sources": [place(lab, "", "lab")]},
    ):
        done = await data.transfer(**request)
        assert (done["state"], done["objects"]) == ("failed", 0) and says in done["error"], done
    assert await data.keys(bucket) == ["n"]
    assert [one.name for one in jp_root_dir.iterdir() if one.is_file()] == ["file"]
    assert keys(server.store(), lab) == ["there"]


async def bring(data: Any, lab: str, size: int) -> dict[str, Any]:
    """Upload so many zeros in pieces, until it is over."""
    send = {"kind": "upload", "to": place(lab, "new", "lab"), "size": size}
    begun = (await data("POST", "transfers", send=send)).json
    for offset in range(0, size, 8 << 20):
        raw = bytes(min(8 << 20, size - offset))
        answer = await data("PUT", f"transfers/{begun['id']}/bytes", raw=raw, offset=offset)
        if answer.status != 200 or answer.json["state"] != "running":
            break
    found: dict[str, Any] = await data.over(begun["id"])
    return found


@pytest.mark.parametrize("size", [3, BIG], ids=["one request", "parts"])
@pytest.mark.parametrize("fault", FAULTS)
async def test_an_upload_from_the_browser_tells_a_fault(
    data: Any, lab: str, proxy: FaultProxy, server: Rclone, fault: str, size: int
) -> None:
    given, _, says = FAULTS[fault]
    break_(proxy, given)
    done = await bring(data, lab, size)
    assert done["state"] == "failed" and says in done["error"], done
    assert keys(server.store(), lab) == ["there"] and server.store().uploads(lab) == []


async def test_an_upload_whose_server_went_away_is_brought_again_and_sends_the_rest(
    data: Any, lab: str, proxy: FaultProxy, server: Rclone
) -> None:
    taken: list[str] = []

    def gone_after_two(head: tuple[str, str]) -> bytes | None:
        if "partNumber" in head[1] and len(taken) < 2:
            taken.append(head[1])
            return None
        return b"" if "uploadId" in head[1] else None

    proxy.fault = gone_after_two
    done = await bring(data, lab, BIG)
    assert done["state"] == "failed" and "the next try sends the rest" in done["error"], done
    proxy.fault = lambda _: None
    proxy.seen.clear()
    done = await bring(data, lab, BIG)
    assert (done["state"], done["bytes"]) == ("done", BIG), done
    assert sum("partNumber" in target and method == "PUT" for method, target in proxy.seen) == 1
    assert get(server.store(), lab, "new") == bytes(BIG) and server.store().uploads(lab) == []


async def test_bytes_that_were_changed_are_not_shown_as_whole(data: Any, lab: str, proxy: FaultProxy) -> None:
    proxy.change = lambda head, given: given.replace(b"kept", b"kepT") if head[0] == "GET" else given
    answer = await data("GET", "connections/lab/content", bucket=lab, key="there")
    assert answer.status == 502 and "md5 checksum of what arrived is not that of the object" in answer.json["message"]
    done = await data.transfer(kind="export", sources=[place(lab, "there", "lab")], to={"path": ""})
    assert done["state"] == "failed" and "md5 checksum" in done["error"]
