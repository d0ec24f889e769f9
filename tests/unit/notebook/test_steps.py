"""How cells become steps."""

from __future__ import annotations

from typing import Any

import pytest

from cellift.notebook.directives import UnknownOption, parse_step_line
from cellift.notebook.steps import step_id
from unit.notebook.make_notebook import PARAMETERS, analysed, codes, graph_of, step


def ours(**mark: Any) -> dict[str, Any]:
    return {"cellift": mark}


def roles(*cells: Any) -> list[tuple[str, str | None]]:
    return [(role.role, role.step) for role in analysed(*cells).graph.cells]


def test_steps_come_from_the_magic_from_metadata_and_from_kale_tags() -> None:
    graph = graph_of("%%step one\nx = 1", ("y = 1", ours(step="two")), ("z = 1", {"tags": ["step:three", "prev:one"]}))
    assert [(step.id, step.name) for step in graph.steps] == [("one", "one"), ("two", "two"), ("three", "three")]


def test_unmarked_cells_belong_to_the_step_above_or_to_the_set_up() -> None:
    found = roles("import os", "%%step a\nx = 1", "y = 2", ("z = 3", ours(skip=True)), ("p = 1", PARAMETERS), "w = 1")
    assert found == [
        ("setup", None),
        ("step", "a"),
        ("step", "a"),
        ("skip", None),
        ("parameters", None),
        ("step", "a"),
    ]


def test_adjacent_cells_with_the_same_name_in_metadata_are_one_step() -> None:
    graph = graph_of(("x = 1", ours(step="a")), ("y = x", ours(step="a")))
    assert [step.cells for step in graph.steps] == [("c1", "c2")]
    again = ours(step="a", options={"output": ["x"]})
    (merged,) = graph_of(("x = 1", again), ("y = x", again)).steps
    assert merged.options == {"output": ["x"]}


def test_a_step_has_the_whole_text_of_its_cells() -> None:
    (only,) = graph_of("%%step a\n\n# first\nx = 1\n# last\n").steps
    assert [piece.source for piece in only.code] == ["# first\nx = 1\n# last"]


@pytest.mark.parametrize(
    "cells",
    [
        ("%%step a\nx = 1", "%%step a\ny = 1"),
        (("x = 1", ours(step="a")), "%%step b\ny = 1", ("z = 1", ours(step="a"))),
    ],
)
def test_two_steps_of_one_name_are_an_error_that_names_both_cells(cells: Any) -> None:
    (diagnostic,) = analysed(*cells).diagnostics
    assert diagnostic.code == "CL102"
    assert f"cell 1 and cell {len(cells)}" in diagnostic.message
    assert diagnostic.cell == f"c{len(cells)}"


def test_no_steps_is_an_error_with_the_way_to_mark_one() -> None:
    (diagnostic,) = analysed("x = 1").diagnostics
    assert (diagnostic.code, diagnostic.cell) == ("CL101", None)
    assert "%%step" in (diagnostic.fix or "")


@pytest.mark.parametrize(
    ("source", "metadata", "code"),
    [
        ("%%step a\nx = 1", ours(step="a"), "CL106"),
        ("%%step a\nx = 1", ours(skip=True), "CL106"),
        ("x = 1", ours(step="a", skip=True), "CL106"),
        ("%%step a --gpu 1\nx = 1", {}, "CL107"),
        ("x = 1", ours(step="a", options={"gpu": 1}), "CL107"),
        ("%%step\nx = 1", {}, "CL108"),
        ("%%step 'a\nx = 1", {}, "CL108"),
        ("%%step two words\nx = 1", {}, "CL108"),
        ("%%step a --output\nx = 1", {}, "CL108"),
        ("x = 1\n%%step a", {}, "CL108"),
        ("x = 1", ours(setp="a"), "CL108"),
        ("x = 1", ours(step=3), "CL108"),
        ("x = 1", ours(step="a", options=[1]), "CL108"),
        ("x = 1", {"cellift": "a"}, "CL108"),
    ],
)
def test_marks_that_cannot_be_understood_are_errors_at_the_cell(
    source: str, metadata: dict[str, Any], code: str
) -> None:
    analysis = analysed((source, metadata))
    assert codes(analysis)[0] == code
    assert analysis.diagnostics[0].cell == "c1"


def test_an_unknown_option_names_the_accepted_ones() -> None:
    with pytest.raises(UnknownOption, match=r"--gpu is no option of a step; there is --output"):
        parse_step_line("a --gpu 1")


def test_step_line_takes_quotes_and_repeated_options() -> None:
    assert parse_step_line("'load data' --output x --output=y") == ("load data", {"output": ["x", "y"]})


def test_output_option_keeps_a_name_that_no_later_step_uses() -> None:
    graph = graph_of(
        "%%step a --output x\nx = len('a')\ny = 2", ("z = len('b')", ours(step="b", options={"output": "z"}))
    )
    assert step(graph, "a").outputs == ("x",)
    assert step(graph, "b").outputs == ("z",)


def test_output_option_for_a_name_that_the_step_lacks_is_an_error() -> None:
    assert codes(analysed("%%step a --output nothing\nx = 1")) == ["CL114"]


@pytest.mark.parametrize(
    ("name", "identifier"),
    [("Train model", "train-model"), ("Übung_1", "ubung-1"), ("训练", "step"), ("1st", "step-1st"), ("a", "a")],
)
def test_id_is_made_of_the_name(name: str, identifier: str) -> None:
    assert step_id(name) == identifier


def test_long_names_give_short_ids_of_their_own() -> None:
    names = [f"{'train ' * 60}{number}" for number in range(3)]
    found = [group.id for group in graph_of(*(f'%%step "{name}"\nprint(1)' for name in names)).steps]
    assert len(set(found)) == 3
    assert all(len(one) <= 50 for one in found)


def test_ids_are_unique_and_a_name_that_is_an_id_keeps_it() -> None:
    graph = graph_of("%%step 'A!'\nx = 1", "%%step a\ny = 1", "%%step 训练\nz = 1", "%%step 测试\nw = 1")
    assert [step.id for step in graph.steps] == ["a-2", "a", "step", "step-2"]


def test_implicit_step_makes_room_for_a_step_called_setup() -> None:
    graph = graph_of("import os\nx = os.getcwd()", "%%step setup\nprint(x)")
    assert [(step.id, step.role) for step in graph.steps] == [("setup-1", "setup"), ("setup", "step")]


def test_foreign_tags_are_left_alone() -> None:
    assert codes(analysed(("%%step a\nx = 1", {"tags": ["hide-input", "remove_cell"]}))) == []
