"""Edges, outputs and reasons: which names cross, and from where."""

from __future__ import annotations

import pytest

from unit.notebook.make_notebook import PARAMETERS, analysed, edges, graph_of, step, text


def test_independent_steps_have_no_edge() -> None:
    graph = graph_of(
        "import math", "%%step a\nx = math.sqrt(4)", "%%step b\ny = math.sqrt(x)", "%%step c\nz = math.sqrt(x)"
    )
    assert edges(graph) == {"a>b:x", "a>c:x"}


def test_outputs_are_only_what_a_later_step_uses() -> None:
    graph = graph_of("%%step a\nx = len('a')\ny = len('b')\nz = x", "%%step b\nprint(z)", "%%step c\ny = 1\nprint(y)")
    assert step(graph, "a").outputs == ("z",)
    assert step(graph, "b").outputs == ()


def test_the_last_change_is_the_producer() -> None:
    graph = graph_of("%%step a\nx = list('a')", "%%step b\nx.append(1)", "%%step c\nprint(x)", "%%step d\nprint(x)")
    assert edges(graph) == {"a>b:x", "b>c:x", "b>d:x"}


def test_a_reader_before_the_change_takes_the_old_value() -> None:
    graph = graph_of("%%step a\nx = list('a')", "%%step r\nprint(x)", "%%step b\nx.append(1)", "%%step c\nprint(x)")
    assert edges(graph) == {"a>r:x", "a>b:x", "b>c:x"}


def test_an_edge_says_what_was_made_where_and_who_uses_it() -> None:
    graph = graph_of("%%step a\n\nx = list('a')", "%%step b\nx.append(1)", "%%step c\nif True:\n    print(x)")
    (first, second) = [name for edge in graph.edges for name in edge.names]
    assert first.reason == "`x` is made in step a and used in step b"
    assert (first.producer.cell, first.producer.line, first.consumer.cell, first.consumer.line) == ("c1", 3, "c2", 2)
    assert second.reason == "`x` is changed (append()) in step b and used in step c"
    assert (second.producer.line, second.consumer.line) == (2, 3)


def test_an_edge_through_a_function_names_the_function_and_the_place_of_the_call() -> None:
    graph = graph_of("def f():\n    return base", "%%step a\nbase = len('a')", "%%step b\n\nprint(f())")
    (name,) = [name for edge in graph.edges for name in edge.names]
    assert name.reason == "`base` is made in step a and used by f in step b"
    assert (name.consumer.cell, name.consumer.line) == ("c3", 3)


def test_names_that_share_an_object_come_from_one_step() -> None:
    graph = graph_of(
        "%%step a\none = list('a')", "%%step b\ntwo = one", "%%step c\nprint(one, two)", "%%step d\nprint(one)"
    )
    assert edges(graph) == {"a>b:one", "b>c:one", "b>c:two", "a>d:one"}
    reason = next(
        n.reason for e in graph.edges if (e.source, e.target) == ("b", "c") for n in e.names if n.name == "one"
    )
    assert reason == "`one` shares its object with another name since step b and used in step c"


def test_names_bound_by_one_chained_assignment_share_their_object() -> None:
    graph = graph_of("%%step a\none = two = []", "%%step b\none.append(1)", "%%step c\nprint(two)")
    assert edges(graph) == {"a>b:one", "a>b:two", "b>c:two"}


@pytest.mark.parametrize("function", ["def f():\n    return [one]", "f = lambda: [one]"])
def test_what_a_function_gives_back_shares_the_objects_it_holds(function: str) -> None:
    graph = graph_of(function, "%%step a\none = list('a')", "%%step b\ntwo = f()", "%%step c\nprint(one, two)")
    assert edges(graph) == {"a>b:one", "b>c:one", "b>c:two"}


def test_only_the_code_that_a_step_needs_is_copied() -> None:
    graph = graph_of(
        "import json as j\nimport math\nfrom os import path, sep",
        "A = 1\nB = 2\ndef f():\n    return math.pi * A\ndef g():\n    return j",
        "%%step s\nprint(f())",
        "%%step t\nprint(sep)",
    )
    assert text(graph, "s") == "import math\nA = 1\ndef f():\n    return math.pi * A\nprint(f())"
    assert text(graph, "t") == "from os import path, sep\nprint(sep)"


def test_slices_stand_in_the_notebook_as_they_are() -> None:
    cells = [
        "# first\n@staticmethod\ndef f(a,   b = 'ü'):  # why\n    return a\n\nx = 1; y = 2;",
        "%%step s\n# note\nprint(f(x, y))\n",
    ]
    graph = graph_of(*cells)
    for piece in step(graph, "s").code:
        lines = cells[piece.number - 1].split("\n")
        assert piece.source in "\n".join(lines[piece.line - 1 :])
        assert lines[piece.line - 1].lstrip().startswith(piece.source.split("\n")[0].lstrip()[:5])


def test_remarks_of_a_cell_stay() -> None:
    assert text(graph_of("%%step a\n# first\nx = 1\n# last"), "a") == "# first\nx = 1\n# last"


def test_constants_of_the_set_up_make_no_edge() -> None:
    graph = graph_of("LIMIT = 5", "%%step a\nx = len('a')", "%%step b\nprint(LIMIT)", "%%step c\nprint(LIMIT, x)")
    assert edges(graph) == {"a>c:x"}
    assert text(graph, "c") == "LIMIT = 5\nprint(LIMIT, x)"


def test_constants_of_a_step_cross_as_data() -> None:
    graph = graph_of("%%step a\nx = 1", "%%step b\ny = x + 1", "%%step c\nz = y + 1", "%%step d\nprint(z)")
    assert edges(graph) == {"a>b:x", "b>c:y", "c>d:z"}
    assert [text(graph, one) for one in "abcd"] == ["x = 1", "y = x + 1", "z = y + 1", "print(z)"]


def test_a_function_of_a_step_is_copied_and_its_constant_crosses_as_data() -> None:
    graph = graph_of("%%step a\nRATE = 2\ndef f(v, rate=RATE):\n    return v * rate", "%%step b\nprint(f(3))")
    assert text(graph, "b") == "def f(v, rate=RATE):\n    return v * rate\nprint(f(3))"
    assert edges(graph) == {"a>b:RATE"}


def test_numbers_made_of_numbers_share_nothing() -> None:
    graph = graph_of("%%step a\nx = 1\ny = x + 1", "%%step b\nz = y", "%%step c\nprint(y, z)")
    assert edges(graph) == {"a>b:y", "a>c:y", "b>c:z"}


def test_a_constant_that_is_changed_crosses_as_data() -> None:
    graph = graph_of("config = {'a': 1}", "%%step a\nconfig['b'] = 2", "%%step b\nprint(config)")
    assert edges(graph) == {"a>b:config"}


def test_the_class_of_an_instance_is_copied_to_where_the_instance_is_used() -> None:
    graph = graph_of(
        "%%step a\nclass M:\n    def go(self):\n        return rate\nm = M()", "rate = len('a')", "%%step b\nm.go()"
    )
    assert "class M" in text(graph, "b")
    assert edges(graph) == {"a>b:m", "a>b:rate"}


def test_results_of_plain_builtins_carry_no_class() -> None:
    graph = graph_of(
        "class M:\n    def score(self):\n        return 1.0",
        "%%step a\nacc = float(M().score())",
        "%%step b\nprint(acc)",
    )
    assert "class M" not in text(graph, "b")


def test_user_functions_with_one_name_are_told_apart_by_document_order() -> None:
    graph = graph_of(
        "def f():\n    return 1", "%%step a\nf()", "%%step b\ndef f():\n    return 2\nf()", "%%step c\nf()"
    )
    assert "return 1" in text(graph, "a")
    assert "return 1" not in text(graph, "c")
    assert "return 2" in text(graph, "c")


def test_the_graph_as_json_has_the_agreed_keys() -> None:
    found = analysed(("p = 1", PARAMETERS), "%%step a\nx = p + len('a')", "%%step b\nprint(x)").graph.to_dict()
    assert set(found) == {"name", "notebook", "steps", "edges", "parameters", "cells"}
    assert found["steps"][0] == {
        "id": "a",
        "name": "a",
        "role": "step",
        "cells": ["c2"],
        "inputs": {},
        "params": ["p"],
        "outputs": ["x"],
        "options": {},
        "packages": [],
        "installs": [],
        "modules": [],
        "files": [],
    }
    assert found["parameters"] == [
        {
            "name": "p",
            "type": "int",
            "default": 1,
            "accepts": "a whole number",
            "choices": [],
            "optional": False,
            "derived_from": [],
            "fixed": False,
            "cell": "c1",
            "line": 1,
        }
    ]
    assert found["cells"][0] == {"cell": "c1", "number": 1, "role": "parameters", "step": None}
    assert found["edges"][0]["names"][0]["producer"] == {"cell": "c2", "line": 2}


def test_the_same_notebook_gives_the_same_graph() -> None:
    cells = ["def f():\n    return a + b + c", "%%step s\na, b, c = map(len, 'abc')", "%%step t\nprint(f(), {a, b})"]
    assert graph_of(*cells).to_dict() == graph_of(*cells).to_dict()


def test_a_name_that_a_loop_may_leave_alone_crosses_only_where_it_is_used_further_down() -> None:
    loop = "for i in range(2):\n    with open('/tmp/x') as f:\n        f.read()"
    assert edges(graph_of(f"%%step a\n{loop}", f"%%step b\n{loop}", "%%step c\nprint(1)")) == set()
    assert edges(graph_of("%%step a\ni = 5", "%%step b\nfor i in range(0): pass", "%%step c\nprint(i)")) == {
        "a>b:i",
        "b>c:i",
    }


@pytest.mark.parametrize(
    ("above", "below", "held"),
    [
        (["%%step h\ny = len(x)"], "print(y)", ("x",)),
        (["%%step h\ny = len(x)", "%%step k\nz = y"], "print(z)", ("x",)),
        (["%%step h\ny = len(x)"], "print(1)", ()),
        (["%%step h\ny = 1"], "print(y)", ()),
    ],
)
def test_a_step_knows_what_steps_above_may_hold_of_what_it_takes(
    above: list[str], below: str, held: tuple[str, ...]
) -> None:
    graph = graph_of("%%step a\nx = [1]", *above, "%%step b\nprint(x)", f"%%step c\n{below}")
    assert step(graph, "b").held == held


def test_what_a_step_takes_itself_may_hold_what_it_takes_too() -> None:
    graph = graph_of("%%step a\nx = [1]", "%%step h\ny = len(x)", "%%step b\nw = (x, y)", "%%step c\nprint(w)")
    assert step(graph, "b").held == ("x",)
