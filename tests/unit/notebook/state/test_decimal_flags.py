"""What decimal numbers have signalled crosses only where the notebook looks at it."""

from __future__ import annotations

import ast

import pytest

from cellift.notebook.state.decimal_flags import looks_at_flags
from unit.notebook.make_notebook import graph_of


@pytest.mark.parametrize(
    "code",
    [
        "print(getcontext())",
        "decimal.getcontext().flags[decimal.Inexact]",
        "context = decimal.getcontext()",
        "getcontext().clear_flags()",
        "getcontext().prec = 5\ncontext.flags",
    ],
)
def test_who_shows_the_context_or_its_flags_looks(code: str) -> None:
    assert looks_at_flags(ast.parse(code).body)


@pytest.mark.parametrize(
    "code",
    ["getcontext().prec = 5", "getcontext().prec = 5\nprint(x)", "array.flags", "print(context())", "getcontext"],
)
def test_who_only_sets_it_does_not(code: str) -> None:
    assert not looks_at_flags(ast.parse(code).body)


def test_every_step_is_told() -> None:
    first = "%%step a\nfrom decimal import Decimal, getcontext\nx = Decimal(1) / 3"
    steps = graph_of(first, "%%step b\nprint(x, getcontext())").steps
    assert [step.seeded for step in steps] == [("state:decimal",)] * 2
    assert [step.seeded for step in graph_of(first, "%%step b\nprint(x)").steps] == [()] * 2
