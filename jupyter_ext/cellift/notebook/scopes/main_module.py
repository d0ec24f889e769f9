"""The notebook's own module as an object: ``sys.modules[__name__].x``, ``setattr(sys.modules["__main__"], "x", 1)``."""

from __future__ import annotations

import ast

from cellift.notebook.scopes.by_text import bind_global, bind_like, delete_global, read_everything, read_global
from cellift.notebook.scopes.lookups import is_main_module
from cellift.notebook.scopes.reader import Reader, Visits


def uses_main(reader: Reader, node: ast.Call) -> bool:
    """``getattr``, ``setattr`` and the like of the notebook's module; True when the call has been read."""
    function = node.func
    if not isinstance(function, ast.Name) or function.id not in _OF_AN_ATTRIBUTE or not reader.is_global(function.id):
        return False
    if len(node.args) < 2 or not is_main_module(node.args[0]):
        return False
    assert isinstance(node.args[0], ast.Subscript)
    reader.visit_all([node.args[0].value, *node.args[1:]])
    name = reader.text_of(node.args[1])
    if function.id == "setattr":
        if name is None:
            bind_like(reader, node.args[1], node)
        else:
            bind_global(reader, name, node)
    elif name is None:
        read_everything(reader, node)
    elif function.id == "delattr":
        delete_global(reader, name, node)
    else:
        read_global(reader, name, node)
    return True


_OF_AN_ATTRIBUTE = frozenset({"getattr", "hasattr", "setattr", "delattr"})


def _visit_attribute(reader: Reader, node: ast.Attribute) -> None:
    if is_main_module(node.value) and isinstance(node.ctx, ast.Load) and not node.attr.startswith("__"):
        assert isinstance(node.value, ast.Subscript)
        reader.visit(node.value.value)
        read_global(reader, node.attr, node)
    else:
        reader.visit(node.value)


VISITS: Visits = {"Attribute": _visit_attribute}
