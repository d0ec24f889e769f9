"""Which values a cell shows, as the notebook has set it, and what the statements of a cell define and read."""

from __future__ import annotations

import ast
import sys
from typing import Any

import pytest

from cellift.pipeline.runtime.cells import Cells, _defined, _names
from cellift.pipeline.runtime.spec import Slice

_CODE = "1\nif True:\n    2\nx = 3\n4"


class Shell:
    """Notes when times and cells end."""

    catches = False

    def __init__(self, mode: str) -> None:
        self.ast_node_interactivity = mode
        self.ends: list[str] = []

    def end_times(self) -> None:
        self.ends.append("times")

    def end_cell(self) -> None:
        self.ends.append("cell")


def shown(mode: str, *sources: str, cells: tuple[str, ...] = ()) -> tuple[list[Any], list[str]]:
    """What is shown, and what the shell is told."""
    given = tuple(
        Slice(cells[place] if cells else f"c{place}", place + 1, 1, source, "") for place, source in enumerate(sources)
    )
    shell, found = Shell(mode), []
    hook = sys.displayhook
    try:
        Cells(given, 0).run({}, lambda _: None, found.append, lambda _: None, shell)
    finally:
        sys.displayhook = hook
    return [one for one in found if one is not None], shell.ends


@pytest.mark.parametrize(
    ("mode", "source", "expected"),
    [
        ("last_expr", _CODE, [4]),
        ("last_expr", f"{_CODE};", []),
        ("none", _CODE, []),
        ("all", _CODE, [1, 2, 4]),
        ("all", f"{_CODE};", [1, 2]),
        ("last", _CODE, [4]),
        ("last", "1\nif True:\n    2", [2]),
        ("last_expr_or_assign", "1\nx = 3", [3]),
        ("last_expr_or_assign", "x = 3\ny = 4", [4]),
        ("last_expr_or_assign", "x = 3;", []),
        ("last_expr_or_assign", "x = 2\nx += 1", [3]),
        ("last_expr_or_assign", "x: int = 2", [2]),
        ("last_expr_or_assign", "x = y = 2", []),
        ("last_expr_or_assign", "x, y = 2, 3", []),
        ("last_expr_or_assign", _CODE, [4]),
    ],
)
def test_values_are_shown_as_the_notebook_has_set_it(mode: str, source: str, expected: list[Any]) -> None:
    assert shown(mode, source)[0] == expected


def test_a_cell_ends_once_and_its_times_end_before_its_value() -> None:
    assert shown("last_expr", "x = 1", "2", cells=("c", "c"))[1] == ["times", "cell"]
    assert shown("last_expr", "x = 1", "y = 2")[1] == ["cell", "cell"]


def test_cells_run_without_a_shell() -> None:
    found: list[Any] = []
    Cells((Slice("c", 1, 1, "5", ""),), 0).run({}, lambda _: None, found.append, lambda _: None, None)
    assert found == [5]


@pytest.mark.parametrize(
    ("text", "defined", "mentioned", "read"),
    [
        ("def f(v=a):\n    return b", ("f",), {"a", "b"}, {"a"}),
        ("async def f():\n    return b", ("f",), {"b"}, set()),
        ("class K(a):\n    v = b", ("K",), {"a", "b", "v"}, {"a", "b", "v"}),
        ("import a.b, c as d", ("a", "d"), set(), set()),
        ("from m import a, b as c", ("a", "c"), set(), set()),
        ("f = lambda v=a: b", None, {"f", "a", "b"}, {"f", "a"}),
        ("if a:\n    b", None, {"a", "b"}, {"a", "b"}),
    ],
)
def test_names_of_a_statement(text: str, defined: Any, mentioned: set[str], read: set[str]) -> None:
    [statement] = ast.parse(text).body
    assert _defined(statement) == defined
    assert (_names(statement, inside_functions=True), _names(statement, inside_functions=False)) == (mentioned, read)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("import os, os.path as p", ("os", "os.path")),
        ("from os import path", ("os",)),
        ("from . import x", ()),
        ("if True:\n    import os", ()),
    ],
)
def test_modules_that_a_statement_imports(text: str, expected: tuple[str, ...]) -> None:
    assert Cells((Slice("c", 1, 1, text),), 0)._slices[0][0].imports == expected
