"""Whether a notebook looks at which object a value is, or how long it lives, where others only see that it is equal."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from cellift.project.dotted import last_name
from cellift.project.remembered import of_each_cell, of_kind


def looks_at_identity(nodes: Sequence[ast.stmt]) -> bool:
    """``a is b`` of any two values, ``id(a)``: then copies of a text, a number or a tuple can be told apart."""
    return any(_some_look(nodes))


def refers_weakly(nodes: Sequence[ast.stmt]) -> bool:
    """It has weak references: then it matters when the last name of an object is gone."""
    return any(_some_import_weakref(nodes))


@of_each_cell
def _some_import_weakref(nodes: Sequence[ast.stmt]) -> bool:
    return any(map(_imports_weakref, nodes))


def _imports_weakref(node: ast.stmt) -> bool:
    named = any(name.name == "weakref" for one in of_kind(node, ast.Import) for name in one.names)
    return named or any(one.module == "weakref" for one in of_kind(node, ast.ImportFrom))


@of_each_cell
def _some_look(nodes: Sequence[ast.stmt]) -> bool:
    return any(map(_looks, nodes))


def _looks(node: ast.stmt) -> bool:
    return any(map(_of_values, of_kind(node, ast.Compare))) or any(map(_of_id, of_kind(node, ast.Call)))


def _of_values(node: ast.Compare) -> bool:
    operands = [node.left, *node.comparators]
    pairs = zip(node.ops, operands, operands[1:], strict=False)
    return any(isinstance(op, (ast.Is, ast.IsNot)) and _varies(one) and _varies(other) for op, one, other in pairs)


def _of_id(node: ast.Call) -> bool:
    return isinstance(node.func, ast.Name) and node.func.id == "id"


def _varies(node: ast.expr) -> bool:
    """Not one of the objects that are the same in every process: ``None``, a class by its usual name."""
    if isinstance(node, ast.Constant):
        return False
    if isinstance(node, ast.Call):
        return last_name(node.func) != "type"
    return not (isinstance(node, (ast.Name, ast.Attribute)) and _names_class(last_name(node)))


def _names_class(name: str) -> bool:
    return name in _CLASSES or (name[:1].isupper() and not name.isupper()) or name == "nan"


_CLASSES = frozenset("bool bytearray bytes complex dict float frozenset int list object set str tuple type".split())
