"""Why each name crosses, each line is copied or repeated, each notebook is refused."""

from __future__ import annotations

import json
from typing import Any

from cellift.notebook.analysis import analyse
from cellift.notebook.cells import parse_notebook
from cellift.notebook.explain import explain
from unit.notebook.make_notebook import PARAMETERS, CellText, notebook


def explained(*cells: CellText) -> dict[str, Any]:
    parsed = parse_notebook(notebook(*cells))
    found = explain(analyse(parsed, with_plans=True), parsed)
    assert json.loads(json.dumps(found)) == found
    return found


def step(found: dict[str, Any], name: str) -> dict[str, Any]:
    return next(one for one in found["steps"] if one["name"] == name)


def place(item: dict[str, Any]) -> tuple[int, int]:
    return item["number"], item["line"]


def test_a_name_on_an_edge_has_both_places_and_the_function_between() -> None:
    found = explained("def total():\n    return sum(xs)", "%%step make\nxs = [1]", "%%step use\n\nprint(total())")
    (edge,) = found["edges"]
    (name,) = edge["names"]
    assert (edge["source"], edge["target"], name["name"]) == ("make", "use", "xs")
    assert (place(name["producer"]), place(name["consumer"]), name["through"]) == ((2, 2), (3, 3), "total")


def test_a_copied_line_says_what_uses_it() -> None:
    found = explained("import math\n\ndef area(r):\n    return math.pi * r", "%%step a\nx = 1\nprint(area(x))")
    copied = step(found, "a")["copied"]
    assert [(place(one), one["text"], one["reason"]) for one in copied] == [
        ((1, 1), "import math", "`math` is used by area() in cell 2, line 3"),
        ((1, 3), "def area(r): …", "`area` is used in cell 2, line 3"),
    ]


def test_of_a_copied_line_that_makes_several_names_the_used_one_is_told() -> None:
    (copied,) = step(explained("from math import ceil, sqrt", "%%step a\nprint(sqrt(4))"), "a")["copied"]
    assert copied["reason"] == "`sqrt` is used in cell 2, line 2"


def test_a_line_that_a_copied_line_needs_says_so() -> None:
    found = explained("class A:\n    pass", "class B(A):\n    pass", "%%step a\nprint(B)")
    reasons = {one["text"]: one["reason"] for one in step(found, "a")["copied"]}
    assert reasons["class B(A): …"] == "`B` is used in cell 3, line 2"
    assert "`A` is used" in reasons["class A: …"]


def test_a_repeated_state_change_says_what_it_changes() -> None:
    found = explained("%%step a\nimport os\nos.environ['X'] = '1'\nprint(1)", "%%step b\nprint(2)")
    (repeated,) = step(found, "b")["repeated"]
    assert place(repeated) == (1, 3)
    assert "os.environ['X']" in repeated["reason"]
    assert [one["text"] for one in step(found, "b")["copied"]] == ["import os"]
    assert step(found, "a")["repeated"] == []


def test_a_parameter_says_where_it_is_used() -> None:
    found = explained(("n = 1", PARAMETERS), "%%step a\nprint(\n    n)")
    assert [(one["name"], place(one["used"])) for one in step(found, "a")["parameters"]] == [("n", (2, 3))]


def test_a_refusal_has_every_place_that_it_names() -> None:
    found = explained("%%step use\nprint(model)", "%%step make\n\nmodel = 1")
    (refusal,) = found["refusals"]
    assert refusal["code"] == "CL105"
    assert [place(one) for one in refusal["places"]] == [(1, 2), (2, 3)]


def test_a_cell_that_a_refusal_only_seems_to_name_is_no_place() -> None:
    (refusal,) = explained("%%step 'cell 99, cell 0' --after b\nx = 1")["refusals"]
    assert [place(one) for one in refusal["places"]] == [(1, 1)]


def test_a_warning_is_no_refusal() -> None:
    assert explained("%%step a\nx = len('a')\nif x > 1:\n    print(missing)")["refusals"] == []


def test_a_name_that_is_used_twice_has_the_place_of_its_first_use() -> None:
    found = explained("def f():\n    return x", "%%step a\nx = [1]", "%%step b\nprint(x)\nprint(x, f())")
    (name,) = found["edges"][0]["names"]
    assert (place(name["consumer"]), name["through"]) == ((3, 2), None)


def test_a_name_that_came_to_share_its_object_is_made_where_it_did() -> None:
    found = explained("%%step a\nx = [1]", "%%step b\ny = [x]", "%%step c\nprint(x, y)")
    names = {one["name"]: place(one["producer"]) for edge in found["edges"][1:] for one in edge["names"]}
    assert names == {"x": (2, 2), "y": (2, 2)}


def test_a_step_without_relations_has_no_reasons() -> None:
    found = explained("%%step a\nprint(1)")
    assert found["edges"] == found["refusals"] == []
    assert found["steps"] == [{"id": "a", "name": "a", "copied": [], "repeated": [], "parameters": []}]


def test_what_cannot_be_analysed_has_no_reasons_but_its_refusal() -> None:
    found = explained("x = 1")
    assert (found["steps"], [one["code"] for one in found["refusals"]]) == ([], ["CL101"])
