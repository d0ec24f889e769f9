"""What a step copies, takes and keeps, and what cannot be had in one step."""

from __future__ import annotations

import pytest

from unit.notebook.make_notebook import PARAMETERS, analysed, codes, edges, graph_of, step


def test_a_step_knows_which_of_its_names_are_changed_in_place_further_down() -> None:
    cells = "%%step a\nx = [1]\ny = [2]", "%%step b\nprint(x, y)", "%%step c\nx.append(1)\ny = [3]"
    assert step(graph_of(*cells), "a").touched == ("x",)
    assert step(graph_of(*cells[:2], "%%step c\nprint(x)"), "a").touched == ()


def test_only_a_generator_that_later_steps_may_draw_from_is_left_behind() -> None:
    seed = "import random\nrandom.seed(1)"
    assert [one.outputs for one in graph_of(f"%%step a\n{seed}", f"%%step b\n{seed}").steps] == [("state:random",), ()]
    assert [one.outputs for one in graph_of(seed, "%%step a\nx = 1", "%%step b\ny = 1").steps] == [(), ()]


@pytest.mark.parametrize(
    "cells",
    [
        ("import sys", "%%step a\nk = len('ab')\nsys.setrecursionlimit(k)\nk = len('b')", "%%step b\nprint(1)"),
        ("import sys\nk = len('ab')\nsys.setrecursionlimit(k)\nk = len('b')", "%%step a\nprint(1)"),
        ("%%step a\nk = len('a')\ndef f(x=k):\n    return x\nk = [5]", "%%step b\nprint(f())", "%%step c\nprint(k)"),
        (("n = 1", PARAMETERS), "class C:\n    k = n", "%%step a\nn = len('a')", "%%step b\nprint(n, C.k)"),
        (
            "import sys\nn = len('a')\nsys.setrecursionlimit(n)\nsys.setswitchinterval(n)",
            "%%step a\nn = 5",
            "%%step b\nn",
        ),
    ],
)
def test_two_values_of_one_name_that_a_step_would_need_are_told_once(cells: tuple[str, ...]) -> None:
    assert codes(analysed(*cells)) == ["CL111"]


def test_what_the_state_of_the_process_is_repeated_with_is_that_of_its_step() -> None:
    steps = "%%step a\nrandom.seed(1)", "%%step b\nrandom.random()"
    peek = "%%step c\nsys.setrecursionlimit(random.getstate()[1][0])"
    found = analysed("import random, sys", *steps, peek, "%%step d\nrandom.random()")
    assert codes(found) == ["CL111"]
    assert "step of its own" in (found.diagnostics[0].fix or "")


@pytest.mark.parametrize(
    "definition",
    ["def f():\n    return 1\nclass C:\n    g = f", "class f:\n    pass\nclass C(f):\n    pass"],
)
def test_a_definition_whose_name_is_a_value_where_it_is_needed_crosses_as_a_value(definition: str) -> None:
    graph = graph_of(definition, "%%step a\nf = open('x')", "%%step b\nprint(C, f)")
    assert edges(graph) == {"a>b:f", "setup>b:C"}


def test_a_change_that_only_a_repeated_line_of_another_step_makes_is_not_that_of_the_step() -> None:
    loop = "%%step a\nfor x in 'ab':\n    os.environ['A'] = x"
    assert codes(analysed("import os", loop, "%%step b --changes x\n# nothing", "%%step c\nprint(1)")) == ["CL114"]


@pytest.mark.parametrize("definition", ["def k(v=c):\n    return v", "class k:\n    v = c"])
def test_a_definition_that_holds_an_object_which_changes_goes_with_it(definition: str) -> None:
    graph = graph_of("%%step a\nc = [0]", f"%%step b\n{definition}", "%%step c\nc[0] = 1", "%%step d\nprint(k)")
    assert {"b>c:k", "c>d:k"} <= edges(graph)
