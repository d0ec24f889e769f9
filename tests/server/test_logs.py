"""Logs by byte offset, of files that grow."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path
from typing import Any

import pytest

from cellift.server.logs import LogHandler
from recorded import RecordedRun


@pytest.fixture
def run(cellift_home: Path) -> RecordedRun:
    return RecordedRun(cellift_home)


async def test_a_task_that_wrote_nothing_yet_has_an_empty_log(call: Any, run: RecordedRun) -> None:
    answer = await call("GET", f"runs/{run.id}/logs/load")
    assert answer.json == {"text": "", "offset": 0, "size": 0, "done": False}


async def test_pieces_make_the_whole_and_the_last_one_says_so(call: Any, run: RecordedRun) -> None:
    text = "héllo wörld €uro 🎈\n" * 20
    run.log(text.encode())
    run.finish()
    got, offset, done, pieces = "", 0, False, 0
    while not done:
        piece = (await call("GET", f"runs/{run.id}/logs/load", offset=offset, limit=7)).json
        assert "\ufffd" not in piece["text"]
        assert piece["offset"] > offset
        got, offset, done, pieces = got + piece["text"], piece["offset"], piece["done"], pieces + 1
    assert got == text
    assert offset == len(text.encode())
    assert pieces > 20


async def test_half_a_character_waits_for_its_other_half(call: Any, run: RecordedRun) -> None:
    run.log("a€".encode()[:3])
    first = (await call("GET", f"runs/{run.id}/logs/load")).json
    assert (first["text"], first["offset"], first["size"], first["done"]) == ("a", 1, 3, False)
    run.log("€".encode()[2:])
    second = (await call("GET", f"runs/{run.id}/logs/load", offset=1)).json
    assert (second["text"], second["offset"]) == ("€", 4)


async def test_bytes_that_are_no_text_do_not_stop_the_log(call: Any, run: RecordedRun) -> None:
    run.log(b"a\xff\xfe\x80\x80\x80\x80b\xe2\x82")
    run.finish()
    got, offset, done = "", 0, False
    while not done:
        piece = (await call("GET", f"runs/{run.id}/logs/load", offset=offset, limit=4)).json
        got, offset, done = got + piece["text"], piece["offset"], piece["done"]
    assert (got[0], got.strip("\ufffd")[-1], offset) == ("a", "b", 10)


async def test_done_only_when_the_task_is_over_and_everything_was_given(call: Any, run: RecordedRun) -> None:
    run.log(b"12345678")
    assert not (await call("GET", f"runs/{run.id}/logs/load")).json["done"]
    run.event("task.state", task="load", state="SUCCEEDED", attempt=1)
    assert not (await call("GET", f"runs/{run.id}/logs/load", limit=4)).json["done"]
    assert (await call("GET", f"runs/{run.id}/logs/load")).json["done"]
    assert not (await call("GET", f"runs/{run.id}/logs/train")).json["done"]


async def test_an_offset_beyond_the_end_is_brought_back(call: Any, run: RecordedRun) -> None:
    run.log(b"abc")
    assert (await call("GET", f"runs/{run.id}/logs/load", offset=99)).json["offset"] == 3


@pytest.mark.parametrize(
    ("tail", "text"),
    [
        (1000, "first\nsecond\nthird €\n"),
        (18, "second\nthird €\n"),
        (17, "second\nthird €\n"),
        (16, "third €\n"),
        (3, "\n"),  # within the €: from the character after it
        (4, "€\n"),
    ],
)
async def test_a_tail_begins_with_a_line(call: Any, run: RecordedRun, tail: int, text: str) -> None:
    data = "first\nsecond\nthird €\n".encode()
    run.log(data)
    answer = (await call("GET", f"runs/{run.id}/logs/load", tail=tail)).json
    assert (answer["text"], answer["offset"]) == (text, len(data))


async def test_waiting_ends_when_there_is_more(call: Any, run: RecordedRun) -> None:
    asked = asyncio.ensure_future(call("GET", f"runs/{run.id}/logs/load", wait=15))
    done, _ = await asyncio.wait([asked], timeout=0.4)
    assert not done
    start = time.monotonic()
    run.log(b"news")
    assert (await asked).json["text"] == "news"
    assert time.monotonic() - start < 5


async def test_waiting_ends_when_the_task_is_over(call: Any, run: RecordedRun) -> None:
    run.log(b"all")
    asked = asyncio.ensure_future(call("GET", f"runs/{run.id}/logs/load", offset=3, wait=15))
    done, _ = await asyncio.wait([asked], timeout=0.4)
    assert not done
    run.event("task.state", task="load", state="FAILED", attempt=1)
    assert (await asked).json == {"text": "", "offset": 3, "size": 3, "done": True}


async def test_waiting_ends_when_the_time_is_over(call: Any, run: RecordedRun) -> None:
    assert (await call("GET", f"runs/{run.id}/logs/load", wait=0.3)).json["text"] == ""


async def test_waiting_ends_when_the_client_goes_away(
    jp_http_port: int,
    jp_auth_header: dict[str, str],
    http_server: Any,
    jp_base_url: str,
    run: RecordedRun,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    begun, ended = asyncio.Event(), asyncio.Event()
    wait = LogHandler._wait_for_more

    async def observed(self: LogHandler, *arguments: Any) -> Any:
        begun.set()
        log = await wait(self, *arguments)
        ended.set()
        return log

    monkeypatch.setattr(LogHandler, "_wait_for_more", observed)
    _, writer = await asyncio.open_connection("127.0.0.1", jp_http_port)
    path = f"{jp_base_url}cellift/api/runs/{run.id}/logs/load?wait=20"
    token = jp_auth_header["Authorization"]
    writer.write(f"GET {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: {token}\r\n\r\n".encode())
    await writer.drain()
    await asyncio.wait_for(begun.wait(), 5)
    assert not ended.is_set()
    writer.close()
    await asyncio.wait_for(ended.wait(), 5)


async def test_attempts_have_their_own_logs(call: Any, run: RecordedRun) -> None:
    run.event("task.state", task="load", state="RUNNING", attempt=2)
    run.log(b"one", attempt=1)
    run.log(b"two", attempt=2)
    assert (await call("GET", f"runs/{run.id}/logs/load")).json["text"] == "two"
    first = (await call("GET", f"runs/{run.id}/logs/load", attempt=1)).json
    assert (first["text"], first["done"]) == ("one", True)
    assert (await call("GET", f"runs/{run.id}/logs/load", attempt=3)).status == 404


async def test_an_unknown_task_is_a_404_with_the_choices(call: Any, run: RecordedRun) -> None:
    answer = await call("GET", f"runs/{run.id}/logs/nope")
    assert answer.status == 404
    assert "load, train" in answer.json["message"]


@pytest.mark.parametrize("task", ["..%2Frun.json", "..", "%2e%2e%2f%2e%2e", "load%00", "load.1.log"])
async def test_a_task_that_is_a_way_out_is_unknown(raw_status: Any, run: RecordedRun, task: str) -> None:
    assert await raw_status(f"runs/{run.id}/logs/{task}") == 404


@pytest.mark.parametrize("query", [{"limit": 3}, {"offset": -1}, {"tail": 0}, {"wait": 21}, {"attempt": 0}])
async def test_a_wrong_query_is_refused_by_name(call: Any, run: RecordedRun, query: dict[str, int]) -> None:
    answer = await call("GET", f"runs/{run.id}/logs/load", **query)
    assert answer.status == 400
    assert f"`{next(iter(query))}`" in answer.json["message"]
