"""``POST import/kale``: the marks for the notebook in the browser."""

from __future__ import annotations

from typing import Any

from recorded import notebook


async def test_marks_and_report_for_the_notebook_in_the_browser(call: Any) -> None:
    content = notebook("x = 1", "print(x)")
    content["cells"][0]["metadata"] = {"tags": ["block:make"]}
    content["cells"][1]["metadata"] = {"tags": ["block:show", "prev:make"]}
    answer = await call("POST", "import/kale", {"path": "a.ipynb", "content": content})
    assert answer.status == 200
    assert answer.json["cells"] == [
        {"index": 0, "cellift": {"step": "make"}},
        {"index": 1, "cellift": {"step": "show"}},
    ]
    assert answer.json["notebook"] == {"version": 1}
    assert {item["kind"] for item in answer.json["report"]} == {"taken"}


async def test_a_notebook_without_marks_is_refused(call: Any) -> None:
    answer = await call("POST", "import/kale", {"path": "a.ipynb", "content": notebook("x = 1")})
    assert (answer.status, answer.json["diagnostics"][0]["code"]) == (400, "CL005")
