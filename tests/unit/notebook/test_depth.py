"""Code that is nested too deeply is told at the statement that is nested most deeply."""

from __future__ import annotations

import pytest

from cellift.notebook.cells import parse_notebook
from cellift.notebook.depth import nested_too_deeply
from cellift.notebook.steps import lay_out
from unit.notebook.make_notebook import notebook


@pytest.mark.parametrize(
    ("deepest", "line"),
    [("x = 1 + (2 + (3 + 4))", 2), ("x = 1 + (2 + (3 + 4))\ny: 'a[b[c[d[e[f[g]]]]]]' = 1", 3), ("x = 'a b'\ny = 1", 2)],
)
def test_the_deepest_statement_is_named_with_the_code_in_its_texts(deepest: str, line: int) -> None:
    found = nested_too_deeply(lay_out(parse_notebook(notebook(f"%%step a\n{deepest}"))))
    assert (found.code, found.cell, found.line) == ("CL103", "c1", line)


def test_without_a_statement_there_is_no_place() -> None:
    found = nested_too_deeply(lay_out(parse_notebook(notebook())))
    assert (found.code, found.cell) == ("CL103", None)
