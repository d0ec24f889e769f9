"""No route of data waits for a store on the thread of the event loop: the server answers others meanwhile."""

from __future__ import annotations

import gc
import json
import sys
import threading
from collections.abc import Callable, Generator
from pathlib import Path
from typing import Any

import pytest
from data_kit import place
from tornado import web

from cellift.server.data.base import DataHandler
from cellift.server.data.transfers import TransferBytesHandler
from cellift.server.workers import Workers
from cellift.storage.api import Feature
from cellift.storage.connections import kept, listing, opened
from test_openapi import cellift_routes, implemented, template

Calls = list[tuple[str, int]]
"""What was asked of stores and connections, each with its thread."""

# Bodies that are not a bucket and a key, by the end of the path.
BODIES = {
    "/connections/{connection}": {"url": "http://127.0.0.1:9", "key_id": "id", "secret": "s"},
    "/buckets": {"bucket": "another"},
    "/notebook": {"content": {"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}},
}


class Watched:
    """A store that notes who asks it, also for each piece of bytes; it can share, so that this is asked, too."""

    def __init__(self, store: Any, calls: Calls) -> None:
        self._store, self._calls = store, calls
        self.features = store.features | {Feature.SHARE}

    def __getattr__(self, name: str) -> Any:
        asked = getattr(self._store, name)

        def call(*args: Any, **options: Any) -> Any:
            self.note(name)
            return self._pieces(asked(*args, **options)) if name == "read" else asked(*args, **options)

        return call

    def share(self, *_: Any, **__: Any) -> str:
        self.note("share")
        return "http://127.0.0.1:9/link"

    def note(self, name: str) -> None:
        self._calls.append((name, threading.get_ident()))

    def _pieces(self, pieces: Generator[bytes, None, None]) -> Generator[bytes, None, None]:
        try:
            for piece in pieces:
                self.note("piece")
                yield piece
        finally:
            self.note("close")
            pieces.close()


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> Calls:
    found: Calls = []

    def noted(name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any, **options: Any) -> Any:
            found.append((name, threading.get_ident()))
            return function(*args, **options)

        return call

    whole = opened.open_connection
    monkeypatch.setattr(opened, "open_connection", lambda connection: Watched(whole(connection), found))
    monkeypatch.setattr(listing, "connections", noted("connections", listing.connections))
    monkeypatch.setattr(Workers, "store", noted("runs", Workers.store))
    for name in ("keep", "kept", "forget"):
        monkeypatch.setattr(kept, name, noted(name, getattr(kept, name)))
    return found


def on_the_loop(calls: Calls) -> set[str]:
    """What was asked on this thread, which is the loop's: tests and server share it."""
    return {name for name, thread in calls if thread == threading.get_ident()}


def asked(calls: Calls) -> set[str]:
    return {name for name, _ in calls}


async def test_no_route_of_a_connection_asks_a_store_on_the_loop(
    data: Any, bucket: str, calls: Calls, jp_serverapp: Any, jp_base_url: str
) -> None:
    routes = [
        (verb, path)
        for pattern, handler in cellift_routes(jp_serverapp.web_app)
        for verb in sorted(implemented(handler), key="GET HEAD POST PUT DELETE".split().index)
        if "/data/connections" in (path := template(pattern, jp_base_url))
    ]
    assert len(routes) >= 14
    for verb, path in routes:
        await data.put(bucket, "n", json.dumps(BODIES["/notebook"]["content"]).encode())
        calls.clear()
        name = "kept" if path.endswith("{connection}") else "local"
        send = next((body for end, body in BODIES.items() if path.endswith(end)), {"bucket": bucket, "key": "n"})
        query = {"bucket": "wine-2" if verb == "DELETE" and path.endswith("/buckets") else bucket, "key": "n"}
        if query["bucket"] != bucket:
            await data("POST", "connections/local/buckets", send={"bucket": "wine-2"})
        answer = await data(
            verb,
            path.removeprefix("/cellift/api/data/").replace("{connection}", name),
            send=send if verb in {"PUT", "POST"} and not path.endswith("/content") else None,
            **query,
        )
        assert answer.status < 300, (verb, path, answer.json)
        assert calls or path.endswith("/code"), (verb, path)  # code is made of names alone
        assert on_the_loop(calls) == set(), (verb, path)


async def test_no_piece_of_a_download_is_read_on_the_loop(data: Any, bucket: str, calls: Calls) -> None:
    await data.put(bucket, "n", b"x" * (3 << 20))
    answer = await data("GET", "connections/local/content", bucket=bucket, key="n")
    assert len(answer.body) == 3 << 20 and [name for name, _ in calls].count("piece") >= 3
    assert {"stat", "read", "piece", "close", "write"} <= asked(calls) and on_the_loop(calls) == set()


async def test_no_transfer_works_on_the_loop(data: Any, bucket: str, calls: Calls, jp_root_dir: Path) -> None:
    (jp_root_dir / "file").write_text("1")
    for key in ("a/1", "a/2"):
        await data.put(bucket, key, b"x")
    folder, other = place(bucket, "a/"), place(bucket, "b/")
    for send in (
        {"kind": "copy", "sources": [folder], "to": other},
        {"kind": "size", "sources": [folder]},
        {"kind": "import", "sources": [{"path": "file"}], "to": other},
        {"kind": "export", "sources": [other], "to": {"path": ""}},
        {"kind": "move", "sources": [place(bucket, "a/1")], "to": place(bucket, "c")},
        {"kind": "delete", "sources": [folder, other]},
    ):
        calls.clear()
        if send["kind"] != "size":
            plan = await data("POST", "plans", send=send)
            assert plan.status == 200 and calls, plan.json
        assert (await data.transfer(**send))["state"] == "done", send
        assert asked(calls) - {"connections"} and on_the_loop(calls) == set(), send


async def test_no_upload_is_written_on_the_loop(data: Any, bucket: str, calls: Calls) -> None:
    send = {"kind": "upload", "to": place(bucket, "up"), "size": 6}
    transfer = (await data("POST", "transfers", send=send)).json["id"]
    await data("PUT", f"transfers/{transfer}/bytes", raw=b"abc", offset=0)
    assert (await data("PUT", f"transfers/{transfer}/bytes", raw=b"def", offset=3)).json["state"] == "done"
    send["to"] = place(bucket, "never")
    begun = (await data("POST", "transfers", send=send)).json["id"]
    assert (await data("DELETE", f"transfers/{begun}")).status == 200
    await data("GET", "transfers")
    await data("GET", f"transfers/{transfer}")
    assert "write" in asked(calls) and on_the_loop(calls) == set()


async def test_what_jupyter_has_loaded_is_no_longer_searched_for_garbage(data: Any, jp_serverapp: Any) -> None:
    # A full search stops every thread, the loop's too, for 0.1 s.
    assert gc.get_freeze_count() == 0
    await data("GET", "connections/local/buckets")
    assert gc.get_freeze_count() > 10_000
    await jp_serverapp.web_app.settings["cellift"].service.stores.close()
    assert gc.get_freeze_count() == 0


async def test_threads_that_work_leave_the_interpreter_to_the_loop_soon(data: Any, jp_serverapp: Any) -> None:
    before = sys.getswitchinterval()
    await data("GET", "connections/local/buckets")
    assert sys.getswitchinterval() <= 0.001 < before
    await jp_serverapp.web_app.settings["cellift"].service.stores.close()
    assert sys.getswitchinterval() == before


async def test_others_have_their_turn_while_the_bytes_of_an_upload_come(
    data: Any, bucket: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Tornado goes on with bytes that are there unless it is given something to wait for: counted, not timed.
    unbroken = [0]
    whole = TransferBytesHandler.data_received

    def received(self: TransferBytesHandler, chunk: bytes) -> Any:
        result = whole(self, chunk)
        unbroken[-1] += len(chunk)
        if result is not None:
            unbroken.append(0)
        return result

    monkeypatch.setattr(TransferBytesHandler, "data_received", received)
    content = b"x" * (4 << 20)
    send = {"kind": "upload", "to": place(bucket, "up"), "size": len(content)}
    transfer = (await data("POST", "transfers", send=send)).json["id"]
    assert (await data("PUT", f"transfers/{transfer}/bytes", raw=content, offset=0)).json["state"] == "done"
    assert sum(unbroken) == len(content) and max(unbroken) <= 512 << 10


async def test_a_handler_that_blocks_is_seen(data: Any, bucket: str, calls: Calls, jp_serverapp: Any) -> None:
    class Blocking(DataHandler):
        @web.authenticated
        async def get(self) -> None:
            store = self.stores.open("local")
            store.buckets()
            b"".join(store.read(bucket, "n"))
            self.answer({})

    await data.put(bucket, "n", b"x")
    calls.clear()
    service = jp_serverapp.web_app.settings["cellift"].service
    base = jp_serverapp.base_url.rstrip("/")
    jp_serverapp.web_app.add_handlers(".*$", [(f"{base}/cellift/api/data/blocking", Blocking, {"service": service})])
    assert (await data("GET", "blocking")).status == 200
    assert {"buckets", "read", "piece", "close"} <= on_the_loop(calls)
