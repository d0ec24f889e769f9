"""Code that is nested too deeply to be followed."""

from __future__ import annotations

import ast

from cellift.notebook.diagnostics import Diagnostic, diagnose
from cellift.notebook.steps import Layout

_FIX = "Split the longest expression, or the longest chain of `elif`, into several statements."


def nested_too_deeply(layout: Layout) -> Diagnostic:
    """CL103 at the statement that is nested most deeply."""
    statements = [(owned.code.cell, node) for owned in layout.code for node in owned.code.statements]
    if not statements:
        return diagnose("CL103", "The code is nested too deeply to be analysed.", fix=_FIX)
    cell, node = max(statements, key=lambda pair: _depth(pair[1]))
    line = min(node.lineno, cell.source.count("\n") + 1)
    message = f"Cell {cell.number}, line {line} is nested too deeply to be analysed."
    return diagnose("CL103", message, cell=cell.id, line=line, column=1, fix=_FIX)


def _depth(tree: ast.AST) -> int:
    deepest = 0
    pending = [(tree, 1)]
    while pending:
        node, depth = pending.pop()
        deepest = max(deepest, depth)
        pending.extend((child, depth + 1) for child in ast.iter_child_nodes(node))
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            deepest = max(deepest, depth + _depth_of_text(node.value))
    return deepest


def _depth_of_text(text: str) -> int:
    """Annotations and the like are code in a text: how deep it is, if it is any."""
    try:
        return _depth(ast.parse(text, mode="eval").body)
    except (SyntaxError, ValueError):
        return 0
    except (RecursionError, MemoryError):
        return len(text)
