"""A function that remembers its results holds its cache where a second computing would give something else."""

from __future__ import annotations

import pytest

from unit.notebook.make_notebook import edges, graph_of


@pytest.mark.parametrize(
    ("later", "held"),
    [
        ("SCALE = 10", True),
        ("SCALE += 1", True),
        ("TABLE['a'] = 2", True),
        ("TABLE.update(a=2)", True),
        ("OTHER = 10", False),
        ("TABLE.get('a')", False),
    ],
)
def test_a_cache_crosses_if_what_the_function_reads_moves_on(later: str, held: bool) -> None:
    setup = "from functools import cache\nSCALE = 2\nOTHER = TABLE = {'a': 1}\nSCALE_OF = len('a')"
    cached = "@cache\ndef f(x):\n    return x * SCALE * TABLE['a']"
    graph = graph_of(setup, cached, "%%step a\ny = f(1)", f"%%step b\n{later}\nz = 1", "%%step c\nprint(f(1))")
    assert ("a>c:f" in edges(graph) or "b>c:f" in edges(graph)) is held


def test_a_function_without_a_cache_holds_none() -> None:
    setup = "SCALE = 2\ndef f(x):\n    return x * SCALE"
    graph = graph_of(setup, "%%step a\ny = f(1)", "%%step b\nSCALE = 3", "%%step c\nprint(f(1))")
    assert edges(graph) == {"b>c:SCALE"}
