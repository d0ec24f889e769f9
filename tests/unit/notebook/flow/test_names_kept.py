"""Which names a step keeps as results although no later step takes them."""

from __future__ import annotations

import pytest

from unit.notebook.make_notebook import graph_of, step


@pytest.mark.parametrize(
    ("source", "kept"),
    [
        ("accuracy = 0.5\nloss: float = 1.0\ncount = n = 3", ("accuracy", "loss", "count", "n")),
        ("b = 1\na = b\nb = 2", ("b", "a")),
        ("first, (*rest, last) = range(9)", ("first", "rest", "last")),
        ("total = 0\nfor i in range(3):\n    total += i\n    seen = i", ("total", "seen")),
        ("if (m := len('a')) > 1:\n    size = m", ("m", "size")),
        ("with open('/dev/null') as f:\n    text = f.read()", ("text",)),
        ("_private = 1\n__ = 2", ()),
        ("import math\nfrom os import sep\nsep = 1\nimport json as sep", ()),
        ("def f():\n    inner = 1\nclass K:\n    attribute = 1\ng = lambda: (y := 1)", ()),
        ("x = 1\ndef x(): pass", ()),
        ("squares = [n for n in range(3)]", ("squares",)),
        ("late: int\n[].extend([1])", ()),
    ],
)
def test_public_names_that_the_cells_assign_in_document_order(source: str, kept: tuple[str, ...]) -> None:
    assert step(graph_of(f"%%step a\n{source}"), "a").keep == kept


def test_outputs_are_not_kept_twice() -> None:
    graph = graph_of("%%step a --output z\nx = 1\ny = 2\nz = 3", "%%step b\nprint(x)")
    assert (step(graph, "a").outputs, step(graph, "a").keep) == (("x", "z"), ("y",))


def test_what_is_copied_from_elsewhere_is_not_the_steps_result() -> None:
    graph = graph_of("LIMIT = 5\ndef f():\n    return LIMIT", "%%step a\nx = f()", "y = 2", "%%step b\nz = f()")
    assert (step(graph, "a").keep, step(graph, "b").keep) == (("x", "y"), ("z",))
