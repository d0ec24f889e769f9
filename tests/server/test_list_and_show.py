"""Runs as they were recorded, wherever they were started: listed, shown, removed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from recorded import RecordedRun

UNKNOWN = "0190aaaa-0000-7000-8000-000000000000"


async def test_a_new_home_has_no_runs(call: Any, cellift_home: Path) -> None:
    assert (await call("GET", "runs")).json == {"runs": [], "next": None}
    status = (await call("GET", "status")).json
    assert (status["active"], status["home"]) == (0, str(cellift_home))


async def test_a_page_is_newest_first_and_leads_to_the_next(call: Any, cellift_home: Path) -> None:
    ids = [RecordedRun(cellift_home, f"run{number}").finish().id for number in range(3)]
    first = (await call("GET", "runs", limit=2)).json
    assert [run["id"] for run in first["runs"]] == [ids[2], ids[1]]
    second = (await call("GET", "runs", limit=2, cursor=first["next"])).json
    assert ([run["id"] for run in second["runs"]], second["next"]) == ([ids[0]], None)


async def test_a_list_is_filtered_by_contents_path_state_and_words(
    call: Any, cellift_home: Path, jp_root_dir: Path
) -> None:
    mine = RecordedRun(cellift_home, "mine", jp_root_dir / "sub" / "a b.ipynb").finish()
    other = RecordedRun(cellift_home, "other", jp_root_dir / "c.ipynb").finish("FAILED")
    going = RecordedRun(cellift_home, "going")

    async def listed(**query: str) -> list[str]:
        return [run["id"] for run in (await call("GET", "runs", **query)).json["runs"]]

    assert await listed(notebook="sub/a b.ipynb") == [mine.id]
    assert await listed(state="failed") == [other.id]
    assert await listed(state="failed,SUCCEEDED") == [other.id, mine.id]
    assert await listed(state="active") == [going.id]
    assert await listed(q="othe") == [other.id]
    assert (await call("GET", "status")).json["active"] == 1
    going.finish()


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"limit": "0"}, "limit"),
        ({"limit": "x"}, "limit"),
        ({"state": "done"}, "state"),
        ({"notebook": "../a"}, "path"),
    ],
)
async def test_a_wrong_query_is_refused_by_name(call: Any, query: dict[str, str], field: str) -> None:
    answer = await call("GET", "runs", **query)
    assert answer.status == 400
    assert f"`{field}`" in answer.json["message"]


async def test_a_run_says_which_notebook_it_is_of(call: Any, cellift_home: Path, jp_root_dir: Path) -> None:
    inside = RecordedRun(cellift_home, notebook=jp_root_dir / "sub" / "a.ipynb").finish()
    outside = RecordedRun(cellift_home, notebook=cellift_home / "a.ipynb").finish()
    shown = (await call("GET", f"runs/{inside.id}")).json
    assert shown["source"]["path"] == "sub/a.ipynb"
    assert shown["source"]["notebook"] == str(jp_root_dir / "sub" / "a.ipynb")
    assert (await call("GET", f"runs/{outside.id}")).json["source"]["path"] is None
    paths = [run["source"]["path"] for run in (await call("GET", "runs")).json["runs"]]
    assert paths == [None, "sub/a.ipynb"]


async def test_a_prefix_names_a_run_when_it_is_the_only_one(call: Any, cellift_home: Path) -> None:
    run = RecordedRun(cellift_home).finish()
    assert (await call("GET", f"runs/{run.id[:13]}")).json["id"] == run.id
    RecordedRun(cellift_home).finish()
    ambiguous = await call("GET", f"runs/{run.id[:4]}")
    assert ambiguous.status == 409
    assert run.id in ambiguous.json["message"]


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", f"runs/{UNKNOWN}"),
        ("DELETE", f"runs/{UNKNOWN}"),
        ("POST", f"runs/{UNKNOWN}/cancel"),
        ("GET", f"runs/{UNKNOWN}/logs/load"),
        ("GET", f"runs/{UNKNOWN}/files/load/a.png"),
    ],
)
async def test_an_unknown_run_is_a_404_that_says_so(call: Any, method: str, path: str) -> None:
    answer = await call(method, path)
    assert answer.status == 404
    assert UNKNOWN in answer.json["message"]
    assert answer.json["short_message"] == "Not Found"


async def test_a_run_that_goes_on_is_not_removed(call: Any, cellift_home: Path) -> None:
    run = RecordedRun(cellift_home)
    answer = await call("DELETE", f"runs/{run.id}")
    assert answer.status == 409
    assert "Cancel it first" in answer.json["message"]
    run.finish()
    assert (await call("DELETE", f"runs/{run.id}")).status == 204
    assert not run.folder.exists()
    assert (await call("GET", f"runs/{run.id}")).status == 404


async def test_a_run_that_lost_its_supervisor_is_shown_as_interrupted(call: Any, cellift_home: Path) -> None:
    run = RecordedRun(cellift_home)
    run.abandon()
    shown = (await call("GET", f"runs/{run.id}")).json
    assert (shown["state"], shown["error"]["reason"], shown["error"]["resumable"]) == ("FAILED", "Interrupted", True)


async def test_numbers_that_json_does_not_have_become_null(call: Any, cellift_home: Path) -> None:
    from cellift.server.base import to_json

    assert to_json({"a": [float("nan"), float("inf"), 1.5]}) == '{"a":[null,null,1.5]}'


async def test_a_run_says_of_itself_what_its_row_says(call: Any, cellift_home: Path) -> None:
    done = RecordedRun(cellift_home, "done").finish()
    row = (await call("GET", "runs")).json["runs"][0]
    run = (await call("GET", f"runs/{done.id}")).json
    assert {key: run[key] for key in ("metric", "progress", "bytes")} == {
        key: row[key] for key in ("metric", "progress", "bytes")
    }
    assert run["bytes"] > 0
