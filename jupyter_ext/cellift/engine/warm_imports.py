"""Which imports of the set-up may be done once for all steps, before the first of them runs. Pure."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


def warm_imports(steps: Iterable[Mapping[str, Any]]) -> list[str]:
    """Import statements that stand before any other set-up statement in every step that has them, in document order.

    ``steps`` are step descriptions (``code`` slices; those before index ``own`` come from the set-up). A statement that
    could be influenced by one before it (an environment variable, a path) is never moved ahead of that one.
    """
    found: dict[tuple[int, str, int], str] = {}
    late: set[tuple[int, str, int]] = set()
    for step in steps:
        prefix = True
        for piece in step.get("code", [])[: step.get("own", 0)]:
            try:
                body = ast.parse(piece["source"]).body
            except (SyntaxError, ValueError):
                prefix = False
                continue
            for statement in body:
                place = (piece["number"], piece.get("file", ""), piece["line"] + statement.lineno - 1)
                if not isinstance(statement, ast.Import | ast.ImportFrom):
                    prefix = prefix and _is_inert(statement)
                elif prefix:
                    found[place] = ast.get_source_segment(piece["source"], statement) or ""
                else:
                    late.add(place)
    return [source for place, source in sorted(found.items()) if place not in late and "__future__" not in source]


def _is_inert(statement: ast.stmt) -> bool:
    """Whether a statement cannot change what a later import does: definitions and literals."""
    if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef):
        return not statement.decorator_list
    value = statement.value if isinstance(statement, ast.Assign | ast.Expr) else None
    if isinstance(statement, ast.Assign) and not all(isinstance(target, ast.Name) for target in statement.targets):
        return False
    return isinstance(value, ast.Constant)
