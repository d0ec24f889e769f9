"""Which modules a piece of code may import, by its syntax tree alone."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Sequence

from cellift.project.dotted import last_name
from cellift.project.modules import absolute_name
from cellift.project.remembered import Statements, of_each_cell, of_kind, remembered

_BY_NAME = frozenset({"import_module", "__import__", "find_spec"})


def imported_modules(trees: Iterable[ast.AST], package: str = "") -> set[str]:
    """Full names of all modules that the code may import, also inside functions; submodules in doubt included."""
    if isinstance(trees, Statements):
        return set().union(*_imported_in_cell(trees, package))
    return set().union(*(_imported_in(tree, package) for tree in trees))


@of_each_cell
def _imported_in_cell(statements: Sequence[ast.stmt], package: str) -> frozenset[str]:
    return frozenset().union(*(_imported_in(one, package) for one in statements))


@remembered
def _imported_in(tree: ast.AST, package: str) -> frozenset[str]:
    found: set[str] = set()
    for plain in of_kind(tree, ast.Import):
        found |= {alias.name for alias in plain.names}
    for node in of_kind(tree, ast.ImportFrom):
        name = absolute_name(node.module, node.level, package)
        if name:
            found.add(name)
            found |= {f"{name}.{alias.name}" for alias in node.names if alias.name != "*"}
    for call in of_kind(tree, ast.Call):
        if call.args:
            found |= _imported_by_name(call)
    return frozenset(found)


def imports_by_name(node: ast.AST) -> bool:
    """Whether it is a call that imports a module of whatever name."""
    return isinstance(node, ast.Call) and last_name(node.func) in ("import_module", "__import__")


def _imported_by_name(call: ast.Call) -> set[str]:
    """``importlib.import_module("a.b")``."""
    first = call.args[0]
    if last_name(call.func) in _BY_NAME and isinstance(first, ast.Constant) and isinstance(first.value, str):
        return {first.value} if first.value.replace(".", "").isidentifier() else set()
    return set()
