"""What a step may change: inputs that steps further down need as well, and changes that the step declares."""

from __future__ import annotations

from unit.notebook.make_notebook import analysed, codes, edges, graph_of, step


def test_inputs_that_a_later_step_takes_from_the_same_step_are_named() -> None:
    graph = graph_of("%%step a\nx = [1]\ny = [2]", "%%step b\nprint(x, y)", "%%step c\nprint(x)", "%%step d\nprint(3)")
    assert step(graph, "b").later == ("x",)
    assert step(graph, "c").later == ()


def test_an_input_that_the_step_visibly_changes_is_not_needed_later_from_its_producer() -> None:
    graph = graph_of("%%step a\nx = [1]", "%%step b\nx.append(2)", "%%step c\nprint(x)")
    assert step(graph, "b").later == ()


def test_a_declared_change_makes_a_new_version() -> None:
    graph = graph_of("import lib\n", "%%step a\nx = [1]", "%%step b --changes x\nlib.work(x)", "%%step c\nprint(x)")
    assert edges(graph) == {"a>b:x", "b>c:x"}


def test_a_change_declared_in_metadata_counts_as_well() -> None:
    marks = {"cellift": {"step": "b", "options": {"changes": ["x"]}}}
    graph = graph_of("%%step a\nx = [1]\ny = x", ("print(1)", marks), "%%step c\nprint(x, y)")
    assert edges(graph) == {"a>b:x", "a>b:y", "b>c:x", "b>c:y"}


def test_a_declared_change_of_what_the_step_does_not_have_is_refused() -> None:
    assert codes(analysed("%%step a\nx = 1", "%%step b --changes z\nprint(x)")) == ["CL114"]


def test_a_declared_change_is_made_by_the_last_action_not_by_a_definition_below_it() -> None:
    graph = graph_of(
        "%%step a\nx = [1]", "%%step b --changes x\nprint(1)\ndef f():\n    pass", "%%step c\nf()\nprint(x)"
    )
    assert edges(graph) == {"a>b:x", "b>c:x"}


def test_a_step_without_code_changes_nothing() -> None:
    assert codes(analysed("%%step a\nx = [1]", "%%step b --changes x\n# later", "%%step c\nprint(x)")) == ["CL114"]
