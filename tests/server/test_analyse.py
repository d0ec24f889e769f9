"""``POST graph``: what the sidebar draws, for a notebook as it is in the browser."""

from __future__ import annotations

import asyncio
import errno
import threading
from pathlib import Path
from typing import Any

import pytest

from cellift.notebook.directives import OPTIONS
from cellift.server import base, graph, runs
from recorded import notebook

TWO_STEPS = notebook("# step make\nx = list(range(3))", "# step use\ny = sum(x)\ny", "# step last\nprint(y)")
EMPTY_GRAPH = {"name": "a", "notebook": None, "steps": [], "edges": [], "parameters": [], "cells": []}


async def test_a_notebook_that_was_never_saved_has_a_graph(call: Any, jp_root_dir: Path) -> None:
    answer = await call("POST", "graph", {"path": "new/Untitled.ipynb", "content": TWO_STEPS})
    assert answer.status == 200
    found = answer.json["graph"]
    assert [step["name"] for step in found["steps"]] == ["make", "use", "last"]
    assert [(edge["source"], edge["target"], edge["names"][0]["name"]) for edge in found["edges"]] == [
        ("make", "use", "x"),
        ("use", "last", "y"),
    ]
    assert answer.json["diagnostics"] == []
    assert not (jp_root_dir / "new").exists()


async def test_the_form_for_a_step_is_told_every_option_that_the_step_line_takes(call: Any) -> None:
    answer = await call("POST", "graph", {"path": "a.ipynb", "content": TWO_STEPS})
    told = {option["name"]: option["help"] for option in answer.json["step_options"]}
    assert told == {name: option.help for name, option in OPTIONS.items()}
    assert "output" in told


async def test_a_mistake_is_an_answer_with_cell_and_line(call: Any) -> None:
    content = notebook("# step make\nx = 1\ny = (", "# step use\nx")
    answer = await call("POST", "graph", {"path": "a.ipynb", "content": content})
    assert answer.status == 200
    found = next(item for item in answer.json["diagnostics"] if item["severity"] == "error")
    assert (found["cell"], found["line"]) == ("cell0", 2)


@pytest.mark.parametrize(
    "content",
    [
        {"worksheets": [], "nbformat": 3},
        {"hello": "world"},
        {**TWO_STEPS, "metadata": {"language_info": {"name": "R"}}},
    ],
)
async def test_what_is_no_python_notebook_is_refused_with_diagnostics(call: Any, content: dict[str, Any]) -> None:
    answer = await call("POST", "graph", {"path": "a.ipynb", "content": content})
    assert answer.status == 400
    assert answer.json["diagnostics"][0]["message"] == answer.json["message"]


@pytest.mark.parametrize(
    ("send", "field"),
    [
        ({"content": TWO_STEPS}, "path"),
        ({"path": "", "content": TWO_STEPS}, "path"),
        ({"path": "../a.ipynb", "content": TWO_STEPS}, "path"),
        ({"path": "S3:a.ipynb", "content": TWO_STEPS}, "path"),
        ({"path": "a.ipynb"}, "content"),
        ({"path": "a.ipynb", "content": "{}"}, "content"),
        ({"path": "a.ipynb", "content": TWO_STEPS, "pth": 1}, "pth"),
    ],
)
async def test_a_wrong_request_is_refused_by_name(call: Any, send: dict[str, Any], field: str) -> None:
    answer = await call("POST", "graph", send)
    assert answer.status == 400
    assert f"`{field}`" in answer.json["message"]


async def test_a_body_that_is_not_json_is_refused(call: Any) -> None:
    answer = await call("POST", "graph", text="{")
    assert (answer.status, answer.json["message"].startswith("The body is not JSON")) == (400, True)


async def test_a_body_that_is_too_large_is_refused(call: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(base, "MAX_BODY", 1000)
    answer = await call("POST", "graph", {"path": "a.ipynb", "content": {"cells": ["x" * 1000]}})
    assert answer.status == 413


async def test_a_defect_is_a_500_that_is_json(call: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(graph, "_analyse", lambda content, file, explain: 1 / 0)
    answer = await call("POST", "graph", {"path": "a.ipynb", "content": TWO_STEPS})
    assert answer.status == 500
    assert "ZeroDivisionError" in answer.json["message"]


async def test_a_full_disk_is_named(call: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*args: Any, **options: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device", "/data/runs")

    monkeypatch.setattr(runs, "_start", full)
    answer = await call("POST", "runs", {"path": "a.ipynb", "content": TWO_STEPS})
    assert answer.status == 507
    assert "/data/runs" in answer.json["message"]


async def test_a_long_analysis_does_not_stop_the_server(call: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    began, answered = threading.Event(), threading.Event()

    def slow(content: Any, file: Path, explain: bool) -> dict[str, Any]:
        began.set()
        assert answered.wait(60), "the server answers nobody else meanwhile"
        return {"graph": EMPTY_GRAPH, "diagnostics": [], "step_options": []}

    monkeypatch.setattr(graph, "_analyse", slow)
    analysis = asyncio.ensure_future(call("POST", "graph", {"path": "a.ipynb", "content": TWO_STEPS}))
    await asyncio.to_thread(began.wait, 60)
    assert (await call("GET", "status")).status == 200
    answered.set()
    assert (await analysis).status == 200


async def test_the_reasons_come_when_they_are_asked_for(call: Any) -> None:
    send = {"path": "a.ipynb", "content": notebook("import math", "# step make\nx = math.pi", "# step use\nprint(x)")}
    answer = await call("POST", "graph", send, explain=1)
    assert answer.status == 200
    found = answer.json["explanation"]
    assert [(edge["source"], edge["target"], edge["names"][0]["name"]) for edge in found["edges"]] == [
        ("make", "use", "x")
    ]
    assert found["steps"][0]["copied"][0]["text"] == "import math"
    assert "explanation" not in (await call("POST", "graph", send)).json
    assert (await call("POST", "graph", send, explain=2)).status == 400
