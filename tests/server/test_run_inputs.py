"""Starting a notebook whose step reads from a store, through REST."""

from __future__ import annotations

import asyncio
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Semaphore, Thread
from typing import Any

import pytest

from cellift.server.runs import _reads_stores
from recorded import notebook
from storage.kit import connect

READS = notebook("n = 2", "%%step load --input raw=data:minio-env/wine/a.csv\nprint(raw)")
RUNS = 5
"""More than the threads that everything but stores shares."""


class Slow(BaseHTTPRequestHandler):
    """A store that says nothing until it may, and then has nothing."""

    may = Event()
    asked = Semaphore(0)

    def do_HEAD(self) -> None:
        self.asked.release()
        self.may.wait(60)
        self.send_response(404)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Keep quiet."""


async def test_a_silent_store_keeps_only_those_waiting_who_read_from_it(
    call: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    with ThreadingHTTPServer(("127.0.0.1", 0), Slow) as server:
        Thread(target=server.serve_forever).start()
        connect(monkeypatch, server.server_port)
        starting = [
            asyncio.create_task(call("POST", "runs", {"path": "nb.ipynb", "content": READS})) for _ in range(RUNS)
        ]
        for _ in range(RUNS):
            await asyncio.to_thread(Slow.asked.acquire)
        listed = await call("GET", "runs")
        assert (listed.status, listed.json["runs"]) == (200, [])
        assert not any(one.done() for one in starting)
        Slow.may.set()
        answers = await asyncio.gather(*starting)
        await asyncio.to_thread(server.shutdown)
    for answer in answers:
        (found,) = [one for one in answer.json["diagnostics"] if one["severity"] == "error"]
        assert found["code"] == "CL611" and "something" not in str(answer.json)


@pytest.mark.parametrize(
    ("cell", "reads"),
    [
        ({"source": "%%step a --input data:local/b/k\nx = 1"}, True),
        ({"source": ["\n", "%%step a --input data:local/b/k\n", "x = 1"]}, True),
        ({"source": "x = 1", "metadata": {"cellift": {"step": "a", "options": {"input": ["data:local/b/k"]}}}}, True),
        ({"source": "%%step a\nx = '--input'"}, False),
        ({"source": "x = 1", "metadata": {"cellift": {"step": "a", "options": {"after": ["b"]}}}}, False),
        ({"source": None, "metadata": []}, False),
        ({"metadata": {"cellift": 3}}, False),
        (None, False),
    ],
)
def test_which_notebooks_may_ask_stores(cell: Any, reads: bool) -> None:
    assert _reads_stores({"cells": [{"source": ""}, cell]}) is reads


def test_what_has_no_cells_asks_no_store() -> None:
    assert not _reads_stores({}) and not _reads_stores({"cells": "no"})
