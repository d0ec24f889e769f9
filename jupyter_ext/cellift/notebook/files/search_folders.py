"""Folders that the notebook puts on ``sys.path``: modules in them are the notebook's, too."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Sequence

from cellift.notebook.files.paths import ANY, Paths
from cellift.project.dotted import dotted_name
from cellift.project.remembered import of_each_cell, of_kind

_LAST = frozenset({"append", "extend"})


def added_folders(nodes: Sequence[ast.stmt]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Relative folders that are searched before what is installed, and those that are searched behind it."""
    first: dict[str, None] = {}
    last: dict[str, None] = {}
    added = [one for several in _added_in(nodes) for one in several]
    paths = Paths(nodes if added else ())
    for value, behind in added:
        for name in sorted(paths.named(value, {})):
            folder = _relative(name)
            if folder is not None:
                (last if behind else first).setdefault(folder, None)
    return tuple(first), tuple(last)


@of_each_cell
def _added_in(statements: Sequence[ast.stmt]) -> tuple[tuple[ast.expr, bool], ...]:
    nodes = (node for one in statements for node in of_kind(one, ast.Call, ast.AugAssign, ast.Assign))
    return tuple(added for node in nodes for added in _added(node))


def _added(node: ast.AST) -> Iterable[tuple[ast.expr, bool]]:
    """What is added, and whether behind what is there."""
    if isinstance(node, ast.Call):
        called = dotted_name(node.func) or ""
        method = called.removeprefix("sys.path.")
        if called == "site.addsitedir" and node.args:
            yield node.args[0], True
        elif called == f"sys.path.{method}" and method in ("append", "insert", "extend") and node.args:
            for value in _each(node.args[-1]):
                yield value, method in _LAST
    elif isinstance(node, ast.AugAssign) and dotted_name(node.target) == "sys.path":
        for value in _each(node.value):
            yield value, True
    elif isinstance(node, ast.Assign) and any(_is_path(target) for target in node.targets):
        for value in _each(node.value):
            yield value, False


def _is_path(target: ast.expr) -> bool:
    return dotted_name(target.value if isinstance(target, ast.Subscript) else target) == "sys.path"


def _each(value: ast.expr) -> Iterable[ast.expr]:
    if isinstance(value, (ast.List, ast.Tuple)):
        return [one.value if isinstance(one, ast.Starred) else one for one in value.elts]
    if isinstance(value, ast.BinOp) and isinstance(value.op, ast.Add) and _lists(value):
        return [*_each(value.left), *_each(value.right)]
    return [value]


def _lists(value: ast.BinOp) -> bool:
    return any(isinstance(side, (ast.List, ast.Tuple)) for side in (value.left, value.right))


def _relative(name: str) -> str | None:
    """The folder below (or beside) the notebook's; None for the notebook's own, for any, and for absolute ones."""
    while name.startswith("./"):
        name = name[2:].lstrip("/")
    name = name.rstrip("/")
    return None if not name or name == "." or ANY in name or name.startswith(("/", "~")) else name
