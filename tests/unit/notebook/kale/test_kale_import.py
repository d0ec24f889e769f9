"""Notebooks with the marks of Kale's versions, and papermill's, become notebooks with ours."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from cellift.notebook.diagnostics import RefusedError
from cellift.notebook.kale.importing import Imported, import_kale
from unit.notebook.make_notebook import notebook

KALE_07 = {
    "docker_image": "registry/image:v0.5.1",
    "experiment": {"id": "new", "name": "sharing"},
    "experiment_name": "sharing",
    "pipeline_description": "Share some candies",
    "pipeline_name": "candies-sharing",
    "autosnapshot": True,
    "katib_run": False,
    "katib_metadata": {"maxTrialCount": 3},
    "steps_defaults": ["limit:cpu:1"],
    "volumes": [{"name": "workspace", "mount_point": "/home/jovyan", "type": "clone"}],
}
KALE_20 = {
    "pipeline_name": "candies",
    "pipeline_description": "",
    "base_image": "python:3.12",
    "enable_caching": True,
    "steps_defaults": {},
    "volumes": [],
    "snapshot_volumes": False,
}


def tagged(source: str, *tags: str) -> tuple[str, dict[str, Any]]:
    return source, {"tags": list(tags)}


def imported(*cells: Any, kale: dict[str, Any] | None = None) -> Imported:
    metadata = {"kubeflow_notebook": kale} if kale is not None else {}
    return import_kale(notebook(*cells, **metadata), "nb.ipynb")


def marks(found: Imported) -> list[Any]:
    return [cell["metadata"].get("cellift") for cell in found.content["cells"]]


def told(found: Imported, kind: str) -> list[tuple[int | None, str]]:
    return [(item.cell, item.what) for item in found.report if item.kind == kind]


CANDIES = (
    tagged("import random", "imports"),
    tagged("CANDIES = -20", "pipeline-parameters"),
    tagged("def handful(left):\n    return left // 2", "functions"),
    tagged("bag = CANDIES", "step:sack"),
    tagged("kid1 = handful(bag)", "step:kid1", "prev:sack"),
    tagged("kid2 = handful(bag - kid1)", "prev:kid1", "step:kid2", "limit:nvidia.com/gpu:1"),
    tagged("print(kid1)\nprint(kid2)", "pipeline-metrics"),
)


@pytest.mark.parametrize("kale", [KALE_07, KALE_20], ids=["0.7", "2.0"])
def test_steps_parameters_and_set_up_of_every_version(kale: dict[str, Any]) -> None:
    found = imported(*CANDIES, kale=kale)
    assert marks(found) == [
        None,
        {"parameters": True},
        None,
        {"step": "sack"},
        {"step": "kid1"},
        {"step": "kid2"},
        {"step": "metrics"},
    ]
    assert found.analysis.ok
    graph = found.analysis.graph
    assert (graph.name, [p.default for p in graph.parameters]) == (kale["pipeline_name"], [-20])
    assert {(edge.source, edge.target) for edge in graph.edges} == {
        ("sack", "kid1"),
        ("sack", "kid2"),
        ("kid1", "kid2"),
        ("kid1", "metrics"),
        ("kid2", "metrics"),
    }


def test_nothing_else_of_the_notebook_changes() -> None:
    before = notebook(*CANDIES, kubeflow_notebook=KALE_07, other={"x": 1})
    before["cells"][3] |= {"outputs": [{"output_type": "stream", "name": "stdout", "text": "é"}], "execution_count": 7}
    kept = copy.deepcopy(before)
    after = import_kale(before, None).content
    assert before == kept
    for cell in after["cells"]:
        cell["metadata"].pop("cellift", None)
    assert after["metadata"].pop("cellift") == {
        "version": 1,
        "pipeline": {"name": "candies-sharing", "description": "Share some candies"},
    }
    assert after == before


def test_every_setting_of_the_notebook_is_told() -> None:
    found = imported(*CANDIES, kale=KALE_07)
    assert [what for cell, what in told(found, "taken") if cell is None] == ["pipeline_description", "pipeline_name"]
    assert [what for cell, what in told(found, "impossible") if cell is None] == [
        "docker_image",
        "experiment_name",
        "steps_defaults `limit:cpu:1`",
        "volumes",
    ]
    assert (6, "`limit:nvidia.com/gpu:1`") in told(found, "impossible")
    assert ("autosnapshot") in [what for _, what in told(found, "note")]


def test_the_old_word_for_a_step_and_its_empty_form() -> None:
    found = imported(
        tagged("x = 1", "block:load"),
        tagged("y = x", "block:"),
        tagged("print(y)", "block:show", "prev:load"),
        tagged("print(1)", "skip", "prev:show"),
        tagged("z = y"),
    )
    assert marks(found) == [{"step": "load"}, None, {"step": "show"}, {"skip": True}, None]
    assert [step.cells for step in found.analysis.graph.steps] == [("c1", "c2"), ("c3", "c5")]


def test_code_before_the_first_tag_runs_here() -> None:
    found = imported("seed = 3\nimport math", tagged("print(seed, math.pi)", "step:a"))
    assert (1, "no tag") in told(found, "honoured")
    assert found.analysis.ok


def test_cells_after_the_parameters_are_parameters_too() -> None:
    found = imported(tagged("a = 1", "pipeline-parameters"), "b = 2", tagged("print(a, b)", "step:s"))
    assert [p.name for p in found.analysis.graph.parameters] == ["a", "b"]


def test_a_step_whose_name_comes_again_further_down_is_a_step_of_its_own() -> None:
    found = imported(
        tagged("a = 1", "step:one"),
        tagged("a = a + 1", "step:one"),
        tagged("b = a", "step:two"),
        tagged("a = b * 10", "step:one"),
        tagged("print(a)", "step:three", "prev:one"),
    )
    assert [mark["step"] for mark in marks(found)] == ["one", "one", "two", "one-2", "three"]
    assert (4, "step one") in told(found, "honoured")
    assert found.analysis.ok


def test_what_prev_tags_say_is_held_against_the_data() -> None:
    found = imported(
        tagged("a = 1", "step:one"),
        tagged("b = a", "step:two", "prev:one"),
        tagged("c = b", "step:three", "prev:two", "prev:one"),
        tagged("d = 1", "step:four", "prev:three", "prev:nobody"),
        tagged("print(a)", "step:five", "prev:four"),
        tagged("e = 1", "step:six", "prev:seven"),
        tagged("f = 1", "step:seven"),
    )
    verdicts = {item.what: (item.kind, item.text) for item in found.report if item.what.startswith("`prev:")}
    assert verdicts["`prev:one` of step two"] == ("taken", "kept by what crosses: `a`")
    assert verdicts["`prev:one` of step three"] == ("taken", "kept: steps between them need it")
    assert verdicts["`prev:three` of step four"][0] == "honoured"
    assert verdicts["`prev:nobody` of step four"] == ("note", "there is no such step")
    assert verdicts["`prev:seven` of step six"][0] == "impossible"
    # Kale looks for names only in steps that `prev:` tags lead to: five reaches one through four, three and two.
    assert not [what for _, what in told(found, "honoured") if "→" in what]


def test_the_metrics_need_no_tags_for_their_order() -> None:
    found = imported(tagged("a = 1", "step:one"), tagged("print(a)", "pipeline-metrics"))
    assert told(found, "honoured") == []


def test_a_dependency_that_no_prev_tag_shows_is_told() -> None:
    found = imported(tagged("a = 1", "step:one"), tagged("print(a)", "step:two"))
    assert told(found, "honoured") == [(None, "one → two")]


def test_the_name_on_the_last_line_is_kept_as_in_kale() -> None:
    found = imported(tagged("model = [1]\nmodel", "step:train"), tagged("import sys\nsys", "step:other"))
    assert marks(found) == [{"step": "train", "options": {"output": ["model"]}}, {"step": "other"}]
    assert found.analysis.graph.steps[0].outputs == ("model",)


def test_a_name_that_a_step_only_shows_is_no_output_and_the_report_does_not_say_so() -> None:
    found = imported(tagged("model = [1]\nmodel", "step:train"), tagged("import sys\nsys", "step:show"))
    assert marks(found) == [{"step": "train", "options": {"output": ["model"]}}, {"step": "show"}]
    assert told(found, "taken") == [(1, "step train"), (1, "`model`"), (2, "step show")]


def test_another_warning_of_the_cell_takes_no_output_away() -> None:
    found = imported(tagged("def f():\n    return missing\nmodel = [1]\nmodel", "step:train"))
    assert [one.code for one in found.analysis.diagnostics] == ["CL118"]
    assert marks(found) == [{"step": "train", "options": {"output": ["model"]}}]


def test_cells_without_a_tag_belong_to_what_stands_above_and_empty_ones_to_nothing() -> None:
    found = imported(tagged("x = 1", "step:one"), "y = 2", "  ", tagged("z = 3", "pipeline-parameters"), "", "w = 4")
    assert told(found, "taken") == [(1, "step one"), (2, "no tag"), (4, "parameters"), (6, "no tag")]
    assert marks(found) == [{"step": "one"}, None, None, {"parameters": True}, None, {"parameters": True}]


def test_papermill_alone() -> None:
    found = imported(
        tagged("a = 1", "parameters"), tagged("a = 2", "injected-parameters"), tagged("print(a)", "step:s")
    )
    assert marks(found)[:2] == [{"parameters": True}, {"parameters": True}]
    assert (2, "`injected-parameters`") in told(found, "note")


def test_marks_of_ours_stay_and_tags_of_others_do_no_harm() -> None:
    found = imported(
        ("a = 1", {"cellift": {"step": "mine"}, "tags": ["step:theirs"]}),
        tagged("print(a)", "step:theirs", "raises-exception"),
    )
    assert marks(found) == [{"step": "mine"}, {"step": "theirs"}]
    assert (2, "`raises-exception`") in told(found, "honoured")


def test_a_reference_to_another_notebook_is_named() -> None:
    found = imported(tagged("# other.ipynb", "notebook:child"), tagged("a = 1", "step:s"))
    assert told(found, "impossible") == [(1, "`notebook:child`")]


@pytest.mark.parametrize(
    "kale",
    [
        {"volumes": "x", "steps_defaults": 5, "pipeline_name": 3},
        {"steps_defaults": {"limits": {"cpu": "1"}}, "katib_run": True, "katib_metadata": {}, "unknown": [1]},
    ],
)
def test_odd_metadata_is_told_and_breaks_nothing(kale: dict[str, Any]) -> None:
    found = imported(tagged("a = 1", "step:s", "prev:", "image:", ":", "step:"), kale=kale)
    assert found.analysis.ok
    assert {what.split(" ")[0] for _, what in told(found, "impossible")} >= set(kale) - {"katib_metadata"}


def test_a_notebook_without_marks_is_refused() -> None:
    with pytest.raises(RefusedError) as caught:
        imported("x = 1", tagged("y = 2", "mine"))
    assert [one.code for one in caught.value.diagnostics] == ["CL005"]
