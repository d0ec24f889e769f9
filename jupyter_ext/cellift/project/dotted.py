"""Names with dots, as code spells them."""

from __future__ import annotations

import ast


def last_name(function: ast.expr) -> str:
    """``fit`` of ``model.fit``, ``f`` of ``f``; empty for anything else."""
    if isinstance(function, ast.Name):
        return function.id
    return function.attr if isinstance(function, ast.Attribute) else ""


def dotted_name(node: ast.expr) -> str | None:
    """``np.random.seed`` for such a chain of attributes; None when something else is in it."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    if not isinstance(node, ast.Name):
        return None
    return ".".join([node.id, *reversed(parts)])
