"""Names that are reached by text: ``eval``, ``globals()[...]``, ``"x" in globals()``, ``"%(x)s" % globals()``."""

from __future__ import annotations

import ast
from typing import Literal

from cellift.notebook.facts import Use
from cellift.notebook.lookups import formats_names, is_namespace, text_of
from cellift.notebook.scopes_reader import Reader, Scope, Visits


def looks_up(reader: Reader, node: ast.Call) -> bool:
    """``eval``, ``exec`` and namespaces; True when there is nothing more to visit in the call."""
    if isinstance(node.func, ast.Name) and reader.is_global(node.func.id):
        if node.func.id in ("eval", "exec") and node.args:
            return _run_text(reader, node, node.func.id)
        if is_namespace(node) and (node.func.id == "globals" or reader.at_module_level()):
            reader.facts.dynamic.append(Use(node.func.id, node.lineno, reader.column(node)))
            return True
    if isinstance(node.func, ast.Attribute) and is_namespace(node.func.value) and node.args:
        key = text_of(node.args[0])
        if node.func.attr == "get" and read_namespace(reader, node.func.value, key, node):
            reader.visit_all(node.args)
            return True
    given = [*node.args, *(keyword.value for keyword in node.keywords)]
    if formats_names(node) and any(is_namespace(value) for value in given):
        read_everything(reader, node)
        reader.visit(node.func)
        reader.visit_all(value for value in given if not is_namespace(value))
        return True
    return False


def _run_text(reader: Reader, node: ast.Call, name: str) -> bool:
    """``eval`` and ``exec``: their text is read where it stands; one that is not known may need any name."""
    reader.read(name, node, soft=True)
    namespaces = node.args[1:]
    if namespaces and not all(is_namespace(one) for one in namespaces):
        return False  # it runs in a dictionary of its own
    text = text_of(node.args[0])
    mode: Literal["eval", "exec"] = "eval" if name == "eval" else "exec"
    if text is not None and read_text(reader, text, node, mode):
        return True
    reader.visit(node.args[0])
    if name == "eval":
        read_everything(reader, node)
    else:
        reader.facts.dynamic.append(Use(name, node.lineno, reader.column(node)))
    return True


def read_everything(reader: Reader, node: ast.expr) -> None:
    """Any name may be read here."""
    if reader.body is not None:
        reader.body.reads_all = True
    elif reader.facts.reads_all is None:
        reader.facts.reads_all = Use("", node.lineno, reader.column(node), soft=True)


def read_namespace(reader: Reader, namespace: ast.expr, key: str | None, node: ast.expr) -> bool:
    """Read a name of ``globals()`` by its key; False when ``namespace`` is that of a function."""
    assert isinstance(namespace, ast.Call) and isinstance(namespace.func, ast.Name)
    name = namespace.func.id
    if not reader.is_global(name) or (name != "globals" and not reader.at_module_level()):
        return False
    if key is None:
        read_everything(reader, node)
    else:
        _read_global(reader, key, node)
    return True


def _read_global(reader: Reader, name: str, node: ast.expr, *, soft: bool = True) -> None:
    with reader.in_scope(Scope("function", set(), {name})):
        reader.read(name, node, soft=soft)


def read_text(reader: Reader, text: str, node: ast.expr, mode: Literal["eval", "exec"] = "eval") -> bool:
    """Read code that stands in a string (its names are placed at ``node``); False when it is none."""
    try:
        tree = ast.parse(text.strip() if mode == "eval" else text, mode=mode)
    except (SyntaxError, ValueError, RecursionError):
        return False
    for found in ast.walk(tree):
        ast.copy_location(found, node)
    with reader.softly():
        reader.visit_all(ast.iter_child_nodes(tree))
    return True


def _visit_subscript(reader: Reader, node: ast.Subscript) -> None:
    key = text_of(node.slice)
    loads = isinstance(node.ctx, ast.Load) and is_namespace(node.value)
    if not (loads and read_namespace(reader, node.value, key, node)):
        reader.visit(node.value)
    reader.visit(node.slice)


def _visit_compare(reader: Reader, node: ast.Compare) -> None:
    first, second = node.left, node.comparators[0]
    asks = len(node.ops) == 1 and isinstance(node.ops[0], (ast.In, ast.NotIn)) and is_namespace(second)
    reader.visit(first)
    if not (asks and read_namespace(reader, second, text_of(first), node)):
        reader.visit_all(node.comparators)


def _visit_operation(reader: Reader, node: ast.BinOp) -> None:
    reader.visit(node.left)
    if isinstance(node.op, ast.Mod) and is_namespace(node.right):
        read_everything(reader, node)
    else:
        reader.visit(node.right)


VISITS: Visits = {
    "Subscript": _visit_subscript,
    "Compare": _visit_compare,
    "BinOp": _visit_operation,
}
