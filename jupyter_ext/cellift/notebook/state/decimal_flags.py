"""Whether a notebook looks at what calculations with decimal numbers signal, which changes with nearly every one."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from cellift.project.dotted import last_name
from cellift.project.remembered import of_each_cell, of_kind, remembered

DECIMAL = "state:decimal"


def looks_at_flags(nodes: Sequence[ast.stmt]) -> bool:
    """``getcontext().flags``, ``context.clear_flags()``, ``print(getcontext())``: then the signals cross, too."""
    return any(_some_give_context(nodes)) and any(map(_looks, nodes))


@of_each_cell
def _some_give_context(nodes: Sequence[ast.stmt]) -> bool:
    return any(last_name(call.func) == "getcontext" for node in nodes for call in of_kind(node, ast.Call))


@remembered
def _looks(node: ast.stmt) -> bool:
    if any(part.attr in ("flags", "clear_flags") for part in of_kind(node, ast.Attribute)):
        return True
    used = {id(part.value) for part in of_kind(node, ast.Attribute)}
    calls = (call for call in of_kind(node, ast.Call) if last_name(call.func) == "getcontext")
    return any(id(call) not in used for call in calls)
