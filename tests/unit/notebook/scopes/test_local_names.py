"""Names that a function's body makes local, as Python's compiler decides it."""

from __future__ import annotations

import ast
import textwrap

import pytest

from cellift.notebook.scopes.bindings import local_names

_BODIES = [
    "x = 1",
    "x += 1",
    "del x",
    "for x in []: pass",
    "a, (b, *c) = y",
    "import x.y, z as w",
    "from m import x as y",
    "with y as x: pass",
    "try: pass\nexcept E as x: pass",
    "match y:\n    case [a, *b]: pass\n    case {'k': c, **d}: pass\n    case C(e) as f: pass",
    "def x(a=(y := 1), *, b=(z := 2)): inner = 1",
    "def x(*, a, b=(z := 2)): inner = 1",
    "@(y := f)\ndef x(): inner = 1",
    "class x(y := object): inner = 1",
    "@(y := f)\nclass x: inner = 1",
    "f = lambda a=(y := 1): (b := 2)",
    "[x for x in z if (y := x)]",
    "{x: z for x in z}",
    "(x for x in z)",
    "global x\nx = 1\ny = 2",
    "nonlocal_ = 1",
    "x.a = 1\nx[0] = 1",
    "y: int = 1",
]


def by_compiler(body: str) -> set[str]:
    """Without the parameters: there are none."""
    source = f"def f():\n{textwrap.indent(body, '    ')}"
    module = compile(source, "f", "exec")
    [code] = [each for each in module.co_consts if hasattr(each, "co_varnames")]
    return {name for name in (*code.co_varnames, *code.co_cellvars) if not name.startswith(".")}


@pytest.mark.parametrize("body", _BODIES)
def test_local_names_are_those_of_the_compiler(body: str) -> None:
    bound, _, _ = local_names(ast.parse(body).body)
    inlined = {"x"} if body.startswith(("[x for", "{x:", "(x for")) else set()  # from Python 3.12 in its own frame
    assert bound == by_compiler(body) - inlined


def test_declared_names_are_not_local() -> None:
    body = ast.parse("global a\nnonlocal b\na = b = c = 1").body
    assert local_names(body) == ({"c"}, {"a"}, {"b"})


def test_a_star_import_binds_nothing_by_its_star() -> None:
    assert local_names(ast.parse("from m import *").body)[0] == set()
