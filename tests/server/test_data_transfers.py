"""Transfers through REST: uploads in pieces, copies, moves, removals, and their cancel."""

from __future__ import annotations

import asyncio
import threading
from pathlib import Path
from typing import Any

import pytest
from data_kit import place

from cellift.storage.local.tree import LocalTree


async def begin(data: Any, bucket: str, key: str, size: int, **more: Any) -> dict[str, Any]:
    answer = await data("POST", "transfers", send={"kind": "upload", "to": place(bucket, key), "size": size, **more})
    assert answer.status == 202, answer.json
    found: dict[str, Any] = answer.json
    return found


async def bring(data: Any, transfer: dict[str, Any], offset: int, content: bytes) -> Any:
    return await data("PUT", f"transfers/{transfer['id']}/bytes", raw=content, offset=offset)


async def read(data: Any, bucket: str, key: str) -> bytes:
    content: bytes = (await data("GET", "connections/local/content", bucket=bucket, key=key)).body
    return content


async def test_an_upload_is_there_when_its_last_piece_is_answered(data: Any, bucket: str) -> None:
    content = bytes(range(256)) * 40960  # 10 MiB
    transfer = await begin(data, bucket, "big", len(content))
    for offset in range(0, len(content), 4 << 20):
        assert await data.keys(bucket) == []  # all or nothing
        answer = await bring(data, transfer, offset, content[offset : offset + (4 << 20)])
        assert answer.status == 200
    assert answer.json["state"] == "done" and answer.json["bytes"] == answer.json["total_bytes"] == len(content)
    assert await read(data, bucket, "big") == content


async def test_a_broken_upload_goes_on_where_it_was(data: Any, bucket: str) -> None:
    transfer = await begin(data, bucket, "n", 6)
    await bring(data, transfer, 0, b"abc")
    again = await bring(data, transfer, 0, b"abc")  # the answer was lost, and the browser sends it once more
    assert again.status == 409 and "byte 3" in again.json["message"]
    assert (await data("GET", f"transfers/{transfer['id']}")).json["bytes"] == 3
    assert (await bring(data, transfer, 3, b"def")).json["state"] == "done"
    assert await read(data, bucket, "n") == b"abcdef"


async def test_an_empty_upload_is_an_empty_object(data: Any, bucket: str) -> None:
    transfer = await begin(data, bucket, "empty", 0)
    assert (await data.over(transfer["id"]))["state"] == "done"
    assert await read(data, bucket, "empty") == b""


async def test_a_piece_beyond_the_size_is_refused(data: Any, bucket: str) -> None:
    transfer = await begin(data, bucket, "n", 3)
    assert (await bring(data, transfer, 0, b"abcd")).status == 400
    assert (await bring(data, transfer, 0, b"x" * ((8 << 20) + 1))).status == 413
    assert (await data("PUT", f"transfers/{'0' * 32}/bytes", raw=b"x")).status == 404


async def test_a_cancelled_upload_leaves_nothing(data: Any, bucket: str, cellift_home: Path) -> None:
    transfer = await begin(data, bucket, "n", 6)
    await bring(data, transfer, 0, b"abc")
    staging = cellift_home / "data/.staging"
    assert any(staging.iterdir())  # it was under way
    assert (await data("DELETE", f"transfers/{transfer['id']}")).json["state"] == "cancelled"
    assert await data.keys(bucket) == [] and not any(one.is_file() for one in staging.rglob("*"))
    late = await bring(data, transfer, 3, b"def")
    assert late.json["state"] == "cancelled"


async def test_an_upload_does_not_replace_what_is_there_unless_asked(data: Any, bucket: str) -> None:
    await data.put(bucket, "n", b"old")
    transfer = await begin(data, bucket, "n", 3)
    answer = await bring(data, transfer, 0, b"new")
    assert answer.json["state"] == "failed" and await read(data, bucket, "n") == b"old"
    transfer = await begin(data, bucket, "n", 3, existing="replace")
    assert (await bring(data, transfer, 0, b"new")).json["state"] == "done"
    assert await read(data, bucket, "n") == b"new"


async def fill(data: Any, bucket: str, *keys: str) -> None:
    for key in keys:
        await data.put(bucket, key, key.encode())


async def test_a_folder_is_copied_into_another(data: Any, bucket: str) -> None:
    await fill(data, bucket, "a/1", "a/b/2", "other")
    done = await data.transfer(
        kind="copy", sources=[place(bucket, "a/"), place(bucket, "other")], to=place(bucket, "to/")
    )
    assert (done["state"], done["objects"], done["total_objects"]) == ("done", 3, 3)
    assert await data.keys(bucket, "to/") == ["to/other", "to/a/"]
    assert await data.keys(bucket, "to/a/") == ["to/a/1", "to/a/b/"]
    assert await read(data, bucket, "to/a/b/2") == b"a/b/2"
    assert await data.keys(bucket, "a/") == ["a/1", "a/b/"]


async def test_a_folder_and_an_object_are_renamed(data: Any, bucket: str) -> None:
    await fill(data, bucket, "a/1", "a/b/2", "n")
    assert (await data.transfer(kind="move", sources=[place(bucket, "a/")], to=place(bucket, "c")))["state"] == "done"
    assert (await data.transfer(kind="move", sources=[place(bucket, "n")], to=place(bucket, "m")))["state"] == "done"
    assert await data.keys(bucket) == ["m", "c/"]
    assert await data.keys(bucket, "c/") == ["c/1", "c/b/"]


async def test_a_folder_is_not_moved_into_itself(data: Any, bucket: str) -> None:
    await fill(data, bucket, "a/1")
    for to in ("a/b/", "a/b", "a"):
        done = await data.transfer(kind="move", sources=[place(bucket, "a/")], to=place(bucket, to))
        assert done["state"] == "failed", to
    assert await data.keys(bucket, "a/") == ["a/1"]


@pytest.mark.parametrize(
    ("existing", "state", "there"), [("fail", "failed", b"n"), ("skip", "done", b"n"), ("replace", "done", b"a/n")]
)
async def test_what_is_there_already_becomes_what_was_asked(
    data: Any, bucket: str, existing: str, state: str, there: bytes
) -> None:
    await fill(data, bucket, "a/n", "a/m", "n")
    sources = [place(bucket, "a/n"), place(bucket, "a/m")]
    plan = (await data("POST", "plans", send={"kind": "copy", "sources": sources, "to": place(bucket)})).json
    assert plan["existing"] == ["local/wine/n"] and plan["objects"] == 2
    done = await data.transfer(kind="copy", sources=sources, to=place(bucket), existing=existing)
    assert done["state"] == state
    assert await read(data, bucket, "n") == there and await read(data, bucket, "m") == b"a/m"


async def test_a_plan_counts_what_a_removal_takes(data: Any, bucket: str) -> None:
    await fill(data, bucket, "a/1", "a/b/2", "n")
    plan = (await data("POST", "plans", send={"kind": "delete", "sources": [place(bucket, "a/")]})).json
    assert (plan["objects"], plan["bytes"], plan["more"]) == (2, 8, False)
    assert plan["examples"] == ["local/wine/a/1", "local/wine/a/b/2"]
    done = await data.transfer(kind="delete", sources=[place(bucket, "a/")])
    assert (done["objects"], done["bytes"], done["can_undo"]) == (2, 8, False)
    assert await data.keys(bucket) == ["n"]


async def test_a_size_is_summed_up(data: Any, bucket: str) -> None:
    await fill(data, bucket, "a/1", "a/b/2", "n")
    done = await data.transfer(kind="size", sources=[place(bucket, "a/")])
    assert (done["objects"], done["bytes"], done["total_bytes"]) == (2, 8, 8)


async def test_files_of_the_server_go_up_and_come_down(data: Any, bucket: str, jp_root_dir: Path) -> None:
    (jp_root_dir / "in/deep").mkdir(parents=True)
    (jp_root_dir / "in/deep/x.csv").write_text("1")
    (jp_root_dir / "in/.secret").write_text("hidden")
    (jp_root_dir / "y.txt").write_text("2")
    done = await data.transfer(kind="import", sources=[{"path": "in"}, {"path": "y.txt"}], to=place(bucket, "up/"))
    assert (done["state"], done["objects"], done["title"]) == ("done", 2, "Upload 2 things to local/wine/up/")
    assert await data.keys(bucket, "up/") == ["up/y.txt", "up/in/"]
    one = await data.transfer(kind="import", sources=[{"path": "in/deep/x.csv"}], to=place(bucket, "up/"))
    assert one["title"] == "Upload in/deep/x.csv to local/wine/up/"
    done = await data.transfer(kind="export", sources=[place(bucket, "up/")], to={"path": ""})
    assert done["state"] == "done" and (jp_root_dir / "up/in/deep/x.csv").read_text() == "1"
    assert done["title"] == "Download local/wine/up/ to /"
    again = await data.transfer(kind="export", sources=[place(bucket, "up/")], to={"path": ""})
    assert again["state"] == "failed" and "already" in again["failures"][0]["reason"]


async def test_paths_that_the_server_does_not_show_are_refused(data: Any, bucket: str) -> None:
    for path in ("../x", ".hidden", "a/../../x"):
        for send in (
            {"kind": "import", "sources": [{"path": path}], "to": place(bucket)},
            {"kind": "export", "sources": [place(bucket, "n")], "to": {"path": path}},
        ):
            assert (await data("POST", "transfers", send=send)).status == 400, send


async def test_no_object_becomes_a_hidden_file(data: Any, bucket: str, jp_root_dir: Path) -> None:
    await fill(data, bucket, ".ssh/keys", "d/.bashrc", "d/.x/y", "d/seen")
    sources = [place(bucket, ".ssh/"), place(bucket, "d/.bashrc"), place(bucket, "d/")]
    done = await data.transfer(kind="export", sources=sources, to={"path": ""})
    assert (done["state"], done["objects"], len(done["failures"])) == ("failed", 1, 4)
    assert all("hidden" in one["reason"] for one in done["failures"])
    assert [one.name for one in jp_root_dir.rglob("*") if one.is_file()] == ["seen"]


async def test_a_cancel_does_not_wait_for_a_store_that_is_silent(
    data: Any, bucket: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    await fill(data, bucket, "n")
    asked, go_on = threading.Event(), threading.Event()

    def silent(self: LocalTree, *_: Any, **__: Any) -> Any:
        asked.set()
        go_on.wait()
        raise AssertionError("nobody waits for this")

    monkeypatch.setattr(LocalTree, "page", silent)
    begun = (await data("POST", "transfers", send={"kind": "size", "sources": [place(bucket)]})).json
    await asyncio.get_running_loop().run_in_executor(None, asked.wait)
    assert (await data("DELETE", f"transfers/{begun['id']}")).json["state"] == "cancelled"
    go_on.set()
    assert (await data("DELETE", f"transfers/{begun['id']}")).status == 204
    assert (await data("GET", "transfers")).json["transfers"] == []
    assert (await data("GET", f"transfers/{begun['id']}")).status == 404


async def test_a_server_counts_as_active_while_a_transfer_runs(data: Any, bucket: str, jp_serverapp: Any) -> None:
    service = jp_serverapp.web_app.settings["cellift"].service
    transfer = await begin(data, bucket, "n", 3)
    assert service.keepalive.active and await service.blocking(service.keepalive._count) == 1
    await bring(data, transfer, 0, b"abc")
    assert await service.blocking(service.keepalive._count) == 0


async def test_requests_that_make_no_sense_are_refused(data: Any, bucket: str) -> None:
    for send, words in (
        ({"kind": "steal"}, "kind"),
        ({"kind": "delete"}, "sources"),
        ({"kind": "delete", "sources": [{"bucket": "wine"}]}, "connection"),
        ({"kind": "copy", "sources": [place(bucket, "n")]}, "to"),
        ({"kind": "upload", "to": place(bucket, "n")}, "size"),
        ({"kind": "upload", "to": place(bucket, "n/"), "size": 1}, "to"),
        ({"kind": "upload", "to": place(bucket, "n"), "size": True}, "size"),
        ({"kind": "undo", "transfer": "x"}, "transfer"),
        ({"kind": "size", "sources": [place(bucket)], "existing": "ask"}, "existing"),
        ({"kind": "size", "sources": [{**place(bucket), "url": "http://evil"}]}, "url"),
    ):
        answer = await data("POST", "transfers", send=send)
        assert answer.status in {400, 404} and words in answer.json["message"], answer.json
