"""``--after STEP`` orders two steps of which nothing else says so."""

from __future__ import annotations

import pytest

from unit.notebook.make_notebook import analysed, codes, graph_of


def test_a_step_runs_after_the_one_that_it_names() -> None:
    graph = graph_of("%%step a\nx = 1", "%%step 'b b'\ny = 1", "%%step c --after a --after 'b b'\nz = 1")
    assert [(edge.source, edge.target) for edge in graph.edges] == [("a", "c"), ("b-b", "c")]
    assert "--after" in graph.edges[0].names[0].reason
    assert graph.edges[0].names[0].to_dict()["label"] == "order"
    assert dict(graph.steps[2].inputs) == {}


def test_the_form_of_cell_metadata_says_the_same() -> None:
    marks = {"cellift": {"step": "b", "options": {"after": ["a"]}}}
    graph = graph_of("%%step a\nx = 1", ("y = 1", marks))
    assert [(edge.source, edge.target) for edge in graph.edges] == [("a", "b")]


def test_with_a_name_that_crosses_there_are_two_reasons() -> None:
    (edge,) = graph_of("%%step a\nx = 1", "%%step b --after a\nprint(x)").edges
    assert [name.to_dict()["label"] for name in edge.names] == ["x", "order"]


@pytest.mark.parametrize("wanted", ["b", "c", "nobody"])
def test_only_a_step_further_up_can_be_named(wanted: str) -> None:
    found = analysed("%%step a\nx = 1", f"%%step b --after {wanted}\ny = 1", "%%step c\nz = 1")
    assert codes(found) == ["CL115"]
    assert found.diagnostics[0].line == 1


def test_the_set_up_is_no_step_to_wait_for() -> None:
    assert codes(analysed("x = 1", "%%step a --after setup\ny = 1")) == ["CL115"]
    assert codes(analysed("%%step a --after setup\ny = 1")) == ["CL115"]
