"""Who refers to an object cannot be asked of a copy of it."""

from __future__ import annotations

import pytest

from unit.notebook.make_notebook import analysed, codes


@pytest.mark.parametrize(
    ("setup", "use", "refused"),
    [
        ("import sys", "print(sys.getrefcount(rows))", True),
        ("from sys import getrefcount as count", "print(count(rows))", True),
        ("import sys\ndef f(x):\n    return sys.getrefcount(x)", "print(f(rows))", True),
        ("import gc", "print(len(gc.get_referrers(rows)))", True),
        ("import sys", "own = []\nprint(sys.getrefcount(own))\nprint(rows)", False),
        ("import sys", "print(sys.getrefcount(None), n)", False),
        ("import sys", "print(sys.getsizeof(rows))", False),
        ("class sys:\n    getrefcount = len", "print(sys.getrefcount(rows))", False),
        ("import sys\ndef f(x):\n    return sys.getrefcount(x)", "print(f([]))\nprint(rows)", False),
    ],
)
def test_it_is_refused_where_it_is_asked_of_what_another_step_made(setup: str, use: str, refused: bool) -> None:
    analysis = analysed(setup, "%%step a\nrows = [1]\nn = 2", f"%%step b\n{use}")
    assert codes(analysis).count("CL507") == refused
    assert all((d.cell, d.line) == ("c3", 2) for d in analysis.diagnostics if d.code == "CL507")


def test_the_step_that_makes_the_value_may_ask() -> None:
    assert "CL507" not in codes(analysed("%%step a\nimport sys\nx = []\ny = sys.getrefcount(x)", "%%step b\nprint(y)"))
