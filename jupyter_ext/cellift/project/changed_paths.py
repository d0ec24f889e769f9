"""Dotted paths in some code whose objects it may change, told from its source alone."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterable

from cellift.project.dotted import dotted_name

#: Methods that leave what they are called on as it is.
_PURE = frozenset(
    "get items keys values copy count index split rsplit splitlines strip lstrip rstrip join format lower upper title "
    "startswith endswith replace encode decode match search fullmatch findall finditer sub debug info warning error "
    "exception critical log isEnabledFor exists is_file is_dir read_text read_bytes joinpath with_suffix relative_to "
    "resolve glob rglob iterdir mean sum min max std round head tail tolist astype query merge groupby predict "
    "transform predict_proba score union intersection difference issubset isdisjoint total_seconds strftime "
    "isoformat cache_info".split()
)
_CHANGERS = frozenset("next setattr delattr shuffle heappush heappop heapify insort".split())


def changed_paths(nodes: Iterable[ast.AST]) -> list[tuple[str, bool]]:
    """Dotted paths whose objects the code stores into (True), or calls or sends what may change them (False)."""
    found: list[tuple[str, bool]] = []
    for node in nodes:
        if isinstance(node, (ast.Attribute, ast.Subscript)) and not isinstance(node.ctx, ast.Load):
            path = dotted_name(node) if isinstance(node, ast.Attribute) else dotted_name(without_items(node.value))
            if path:
                found.append((path, True))
        elif isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name):
            found.append((node.target.id, True))
        elif isinstance(node, ast.Call):
            found.extend(_changed_by_call(node))
    return found


def _changed_by_call(node: ast.Call) -> list[tuple[str, bool]]:
    function = node.func
    found: list[tuple[str, bool]] = []
    if isinstance(function, ast.Attribute) and function.attr not in _PURE:
        path = dotted_name(without_items(function.value))
        if path:
            found.append((path, False))
    path = dotted_name(function)
    if path and path.rpartition(".")[2] not in _PURE:
        found.append((path, False))
    name = (path or "").rpartition(".")[2]
    if name in _CHANGERS and node.args:
        given = dotted_name(without_items(node.args[0]))
        if given:
            found.append((given, True))
    return found


def aliases(nodes: Iterable[ast.AST]) -> dict[str, str]:
    """Local name -> path that it was made from: ``s = _settings["a"]``."""
    found: dict[str, str] = {}
    for node in nodes:
        if isinstance(node, (ast.Assign, ast.AnnAssign, ast.NamedExpr)) and node.value is not None:
            path = dotted_name(without_items(node.value))
            for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
                if isinstance(target, ast.Name) and path:
                    found.setdefault(target.id, path)
        elif isinstance(node, (ast.For, ast.comprehension)) and isinstance(node.target, ast.Name):
            path = dotted_name(without_items(node.iter))
            if path:
                found.setdefault(node.target.id, path)
    return found


def given_away(nodes: Iterable[ast.AST]) -> Iterable[str]:
    """Paths that are returned, or given to functions that are no built-in ones: whoever gets them may change them."""
    for node in nodes:
        given: list[ast.expr] = []
        if isinstance(node, (ast.Return, ast.Yield)) and node.value is not None:
            given = [node.value]
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and not hasattr(builtins, node.func.id):
            given = [*node.args, *(keyword.value for keyword in node.keywords)]
        for one in given:
            path = dotted_name(one)
            if path:
                yield path


def without_items(node: ast.expr) -> ast.expr:
    """``a.b`` of ``a.b[0][1]``."""
    while isinstance(node, ast.Subscript):
        node = node.value
    return node
